// usage: ami_io.js NODE_MODULES PORT
const [modules, port] = process.argv.slice(2);
const AmiIo = require(modules + '/ami-io');
const client = AmiIo.createClient({ logger: new AmiIo.SilentLogger(), host: '127.0.0.1', port: +port, login: 'bench', password: 'bench' });

client.on('event', require('./count'));
client.connect();
