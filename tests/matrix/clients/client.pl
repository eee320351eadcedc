# SPDX-License-Identifier: ISC
# client.pl CASE HOST PORT: what Perl programs do with the network. Prints what has come of it.
use strict;
use warnings;
use HTTP::Tiny;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::IP;

my ($case, $host, $port) = @ARGV;

sub page {
	my ($socket) = @_;
	local $/;
	print $socket "GET /page HTTP/1.0\r\n\r\n";
	my $answer = <$socket>;
	return (split /\r\n\r\n/, $answer)[1];
}

sub blocking {
	my ($class, @more) = @_;
	my $socket = $class->new(PeerAddr => $host, PeerPort => $port, Proto => 'tcp', @more)
	    or die "$@\n";
	return page($socket);
}

# connect() without waiting, select(), and IO::Socket::IP's connect() again.
sub select_loop {
	my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Blocking => 0,
	    Type => SOCK_STREAM) or die $@ || $!, "\n";
	my $select = IO::Select->new($socket);
	until ($socket->connect) {
		$!{EINPROGRESS} || $!{EALREADY} or die "$!\n";
		$select->can_write(20) or die "not writable\n";
	}
	$socket->blocking(1);
	return page($socket);
}

sub http_tiny {
	my $answer = HTTP::Tiny->new(timeout => 20)->get("http://$host:$port/page");
	die $answer->{content} unless $answer->{success};
	return $answer->{content};
}

my %cases = (
	inet => sub { blocking('IO::Socket::INET') },
	timeout => sub { blocking('IO::Socket::INET', Timeout => 20) },
	ip => sub { blocking('IO::Socket::IP') },
	select => \&select_loop,
	http => \&http_tiny,
);
print $cases{$case}->();
