# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # what lib.sh has, and what is for the programs
# Servers on the target's host that several programs talk to; part of lib.sh.

# The authority's certificate is $ca, the servers' are $work/tls.{pem,key}.
make_certificate()
{
	require openssl
	ca=$work/tls.pem
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	    -subj "/CN=$target" -addext "subjectAltName=DNS:$target,DNS:four.test,DNS:six.test" \
	    -keyout "$work/tls.key" -out "$ca" >"$work/openssl.output" 2>&1
}

# start_web: http on port 80 and https on 443, of both families. /page is $page, /big is the 4 MiB of
# $www/big, /slow/page is $page a quarter of a second late; files in $www are served.
start_web()
{
	require nginx
	make_certificate
	www=$work/www
	page='the page'
	mkdir -p "$www" "$work/nginx"
	echo "$page" >"$www/page"
	head -c 4194304 /dev/urandom >"$www/big"
	cat >"$work/nginx.conf" <<-END
		user root;
		daemon off;
		pid $work/nginx/pid;
		error_log $work/nginx.log;
		events { worker_connections 4096; }
		http {
			access_log $work/nginx-access.log;
			client_body_temp_path $work/nginx;
			proxy_temp_path $work/nginx;
			fastcgi_temp_path $work/nginx;
			uwsgi_temp_path $work/nginx;
			scgi_temp_path $work/nginx;
			server {
				listen 80 backlog=4096;
				listen [::]:80 backlog=4096;
				listen 443 ssl backlog=4096;
				listen [::]:443 ssl backlog=4096;
				ssl_certificate $ca;
				ssl_certificate_key $work/tls.key;
				root $www;
			}
		}
	END
	start_server nginx 443 nginx -e "$work/nginx.log" -p "$work/nginx" -c "$work/nginx.conf"
}

# start_ssh: sshd on port 22 of both families, for root with "ssh -F $ssh_config".
start_ssh()
{
	local dir=$work/ssh

	require sshd ssh ssh-keygen
	require_root
	mkdir -p "$dir" /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$dir/host"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/user"
	echo "* $(cat "$dir/host.pub")" >"$dir/known"
	# Whatever the machine thinks of root's password: sshd wants an account that is not locked.
	printf 'root:*:19000:0:99999:7:::\nsshd:!:19000::::::\n' | etc_file shadow
	cat >"$dir/sshd_config" <<-END
		ListenAddress 0.0.0.0:22
		ListenAddress [::]:22
		HostKey $dir/host
		PidFile none
		AuthorizedKeysFile $dir/user.pub
		StrictModes no
		PermitRootLogin yes
		UsePAM no
		UseDNS no
		MaxStartups 100
		Subsystem sftp internal-sftp
	END
	cat >"$dir/config" <<-END
		User root
		IdentityFile $dir/user
		IdentitiesOnly yes
		UserKnownHostsFile $dir/known
		GlobalKnownHostsFile /dev/null
		BatchMode yes
	END
	ssh_config=$dir/config
	start_server sshd 22 /usr/sbin/sshd -D -e -f "$dir/sshd_config"
}
