#!/bin/bash
# SPDX-License-Identifier: ISC
# iperf3: several streams beside a connection for control, in both directions.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(iperf3)

program_version()
{
	iperf3 --version | head -n 1
}

# To be asked whether it accepts would be a test that fails, and the next one could fail of it.
program_setup()
{
	run_beside iperf3 nsenter --net=/run/netns/target iperf3 --forceflush -s
	wait_for 20 grep -q 'Server listening' "$work/iperf3.output"
}

success_streams()
{
	tunnel iperf3 -c "$target" -P 4 -n 64M -J >report
	"$python" - <<-END
		import json
		end = json.load(open("report"))["end"]
		assert len(end["streams"]) == 4, end
		assert end["sum_sent"]["bytes"] >= 64 << 20, end
	END
	connected 5
}

success_reverse()
{
	tunnel iperf3 -c "$target" -R -n 64M -J >report
	"$python" - <<-END
		import json
		end = json.load(open("report"))["end"]
		assert end["sum_received"]["bytes"] >= 32 << 20, end
	END
}

refused()
{
	ends 1 'Connection refused' tunnel iperf3 -c "$target" -p "$closed_port"
}

unreachable()
{
	ends 1 'No route to host' tunnel iperf3 -c "$unreachable"
}

timed_out()
{
	ends 1 'timed out' tunnel iperf3 --connect-timeout 500 -c "$blackhole"
	ends 1 'timed out' tunnel iperf3 -c "$blackhole"
}

dead_proxy()
{
	ends 1 'Connection refused' tunnel iperf3 -c "$target"
}

run_matrix
