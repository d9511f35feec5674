// For each event of a client: counts it; at the marker prints how many there were and what they cost, and ends.
let events = 0;
let before;

module.exports = (event) => {
	before = before || process.cpuUsage();
	events++;
	if (event.userevent === 'BenchEnd') {
		const { user, system } = process.cpuUsage(before);

		console.log(JSON.stringify({ events, cpu_s: (user + system) / 1e6 }));
		process.exit();
	}
};
