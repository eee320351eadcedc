// SPDX-License-Identifier: ISC
// Client CASE HOST PORT: what Java programs do with the network. Prints what has come of it.

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class Client {
	static final byte[] REQUEST =
	    "GET /page HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
	static String host;
	static int port;

	static String body(byte[] answer)
	{
		String text = new String(answer, StandardCharsets.US_ASCII);

		return text.substring(text.indexOf("\r\n\r\n") + 4).trim();
	}

	static URI page()
	{
		return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) +
		    ":" + port + "/page");
	}

	static String url() throws IOException
	{
		try (var in = new URL(page().toString()).openStream()) {
			return new String(in.readAllBytes(), StandardCharsets.US_ASCII).trim();
		}
	}

	/* Milliseconds of 0: a blocking connect. */
	static String socket(int timeout) throws IOException
	{
		try (Socket s = new Socket()) {
			s.connect(new InetSocketAddress(host, port), timeout);
			OutputStream out = s.getOutputStream();
			out.write(REQUEST);
			return body(s.getInputStream().readAllBytes());
		}
	}

	static String httpClient() throws Exception
	{
		HttpClient client = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(page()).build();

		return client.send(request, BodyHandlers.ofString()).body().trim();
	}

	static String parallel()
	{
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		HttpRequest request = HttpRequest.newBuilder(page()).build();
		List<CompletableFuture<String>> all = Stream
		    .generate(() -> client.sendAsync(request, BodyHandlers.ofString())
			.thenApply(answer -> answer.body().trim()))
		    .limit(100).collect(Collectors.toList());
		long good = all.stream().filter(one -> one.join().equals("the page")).count();

		return good + " pages";
	}

	/* A selector and a hundred channels; the answers' bytes are counted. */
	static String channels() throws IOException
	{
		int open = 100, good = 0;
		ByteBuffer buffer = ByteBuffer.allocate(65536);

		try (Selector selector = Selector.open()) {
			for (int i = 0; i < open; i++) {
				SocketChannel channel = SocketChannel.open();
				channel.configureBlocking(false);
				channel.register(selector, SelectionKey.OP_CONNECT);
				channel.connect(new InetSocketAddress(host, port));
			}
			while (open > 0) {
				selector.select();
				for (SelectionKey key : selector.selectedKeys()) {
					SocketChannel channel = (SocketChannel)key.channel();
					if (key.isConnectable()) {
						channel.finishConnect();
						channel.write(ByteBuffer.wrap(REQUEST));
						key.interestOps(SelectionKey.OP_READ);
						key.attach("");
						continue;
					}
					buffer.clear();
					int n = channel.read(buffer);
					if (n >= 0) {
						key.attach(key.attachment() + new String(
						    buffer.array(), 0, n, StandardCharsets.US_ASCII));
						continue;
					}
					if (key.attachment().toString().endsWith("the page\n"))
						good++;
					open--;
					channel.close();
				}
				selector.selectedKeys().clear();
			}
		}
		return good + " pages";
	}

	static String run(String kind) throws Exception
	{
		switch (kind) {
		case "url":
			return url();
		case "socket":
			return socket(0);
		case "timeout":
			return socket(10000);
		case "client":
			return httpClient();
		case "parallel":
			return parallel();
		default:
			return channels();
		}
	}

	public static void main(String[] args) throws Exception
	{
		host = args[1];
		port = Integer.parseInt(args[2]);
		System.out.println(run(args[0]));
		// HttpClient's threads live on for a while.
		System.exit(0);
	}
}
