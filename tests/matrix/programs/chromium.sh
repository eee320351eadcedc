#!/bin/bash
# SPDX-License-Identifier: ISC
# Chromium without a window fetches pages, as a user without privilege and in its own sandbox.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(chromium setpriv)

program_version()
{
	chromium --version
}

program_setup()
{
	start_web
	cat >"$www/index.html" <<-END
		<!DOCTYPE html><title>a page</title>
		<p id=said>nothing<script>
		fetch("/page").then(answer => answer.text()).then(text => {
			document.getElementById("said").textContent = "fetched: " + text;
		});
		</script>
	END
}

# Its own resolver speaks DNS itself, over UDP: it is off, as is what calls its makers.
options=(--headless --disable-gpu --no-first-run --disable-background-networking
	--disable-component-update --disable-sync '--disable-features=AsyncDns,UseDnsHttpsSvcb'
	--virtual-time-budget=5000 --enable-logging=stderr)

# dump URL: prints the page's text when its scripts have run.
dump()
{
	mkdir "$home/runtime"
	chmod 700 "$home/runtime"
	if [ "$(id -u)" -eq 0 ]; then
		chown nobody "$home" "$home/runtime"
		on_client+=(setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs)
	fi
	XDG_RUNTIME_DIR=$home/runtime tunnel chromium "${options[@]}" \
	    --user-data-dir="$home/profile" --dump-dom "$1"
}

success_page()
{
	dump "http://$target/index.html" >got
	grep "fetched: $page" got
}

# Not $closed_port, which is none of those that it talks to at all.
refused()
{
	ends 0 'ERR_CONNECTION_REFUSED' dump "http://$target:8099/"
}

unreachable()
{
	ends 0 'ERR_ADDRESS_UNREACHABLE' dump "http://$unreachable/"
}

timed_out()
{
	ends 0 'ERR_CONNECTION_TIMED_OUT' dump "http://$blackhole/"
}

dead_proxy()
{
	ends 0 'ERR_CONNECTION_REFUSED' dump "http://$target/index.html"
}

run_matrix
