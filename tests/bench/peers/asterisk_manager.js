// usage: asterisk_manager.js NODE_MODULES PORT
const [modules, port] = process.argv.slice(2);
const client = require(modules + '/asterisk-manager')(+port, '127.0.0.1', 'bench', 'bench', true);

client.on('managerevent', require('./count'));
