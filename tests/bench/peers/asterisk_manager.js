// usage: asterisk_manager.js NODE_MODULES PORT: counts events until the marker, prints how many and what they cost.
const [modules, port] = process.argv.slice(2);
const client = require(modules + '/asterisk-manager')(+port, '127.0.0.1', 'bench', 'bench', true);
let events = 0;
let before;

client.on('managerevent', (event) => {
	before = before || process.cpuUsage();
	events++;
	if (event.userevent === 'BenchEnd') {
		const { user, system } = process.cpuUsage(before);

		console.log(JSON.stringify({ events, cpu_s: (user + system) / 1e6 }));
		process.exit();
	}
});
