// usage: ami_io.js NODE_MODULES PORT: counts events until the marker, prints how many and what they cost.
const [modules, port] = process.argv.slice(2);
const AmiIo = require(modules + '/ami-io');
const client = AmiIo.createClient({ logger: new AmiIo.SilentLogger(), host: '127.0.0.1', port: +port, login: 'bench', password: 'bench' });
let events = 0;
let before;

client.on('event', (event) => {
	before = before || process.cpuUsage();
	events++;
	if (event.userevent === 'BenchEnd') {
		const { user, system } = process.cpuUsage(before);

		console.log(JSON.stringify({ events, cpu_s: (user + system) / 1e6 }));
		process.exit();
	}
});
client.connect();
