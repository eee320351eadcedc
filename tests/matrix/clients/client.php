<?php
// SPDX-License-Identifier: ISC
// client.php CASE HOST PORT: what PHP programs do with the network. Prints what has come of it.

[, $case, $host, $port] = $argv;
$url = "http://" . (strpos($host, ':') === false ? $host : "[$host]") . ":$port/page";

function failed($text)
{
	echo $text, "\n";
	exit(1);
}

function handle()
{
	global $url;
	$handle = curl_init($url);
	curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
	return $handle;
}

switch ($case) {
case 'curl':
	$handle = handle();
	$page = curl_exec($handle);
	if ($page === false)
		failed(curl_errno($handle) . ' ' . curl_error($handle));
	echo $page;
	break;
case 'multi':
	$multi = curl_multi_init();
	$handles = [];
	for ($i = 0; $i < 20; $i++)
		curl_multi_add_handle($multi, $handles[] = handle());
	do {
		curl_multi_exec($multi, $running);
		curl_multi_select($multi);
	} while ($running > 0);
	$good = array_filter($handles, fn($h) => curl_multi_getcontent($h) === "the page\n");
	echo count($good), " pages\n";
	break;
case 'stream':
	$page = @file_get_contents($url);
	if ($page === false)
		failed(error_get_last()['message']);
	echo $page;
	break;
case 'fsockopen':
	$stream = @fsockopen($host, (int)$port, $errno, $error, 20);
	if ($stream === false)
		failed("$errno $error");
	fwrite($stream, "GET /page HTTP/1.0\r\n\r\n");
	echo explode("\r\n\r\n", stream_get_contents($stream))[1];
	break;
}
