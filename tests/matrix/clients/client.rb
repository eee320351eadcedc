# SPDX-License-Identifier: ISC
# client.rb CASE HOST PORT: what Ruby programs do with the network. Prints what has come of it.
require 'net/http'
require 'socket'

kind, host, port = ARGV

def page(socket)
  socket.write("GET /page HTTP/1.0\r\n\r\n")
  socket.read.split("\r\n\r\n")[1]
end

cases = {
  'http' => -> { Net::HTTP.get(URI("http://#{host}:#{port}/page")) },
  'tcp' => -> { page(TCPSocket.new(host, port)) },
  # Without waiting, and with a time limit.
  'timeout' => -> { page(Socket.tcp(host, port, connect_timeout: 20)) },
  'threads' => lambda {
    threads = Array.new(20) { Thread.new { page(TCPSocket.new(host, port)) } }
    "#{threads.count { |thread| thread.value == "the page\n" }} pages"
  },
}
begin
  puts cases[kind].call
rescue SystemCallError => e
  puts "#{e.class}: #{e.message}"
  exit 1
end
