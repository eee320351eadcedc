// SPDX-License-Identifier: ISC
// client.js CASE HOST PORT: what programs for Node do with the network. Prints what has come of it.
'use strict';
const http = require('http');
const https = require('https');
const net = require('net');

const [kind, host, port] = process.argv.slice(2);

function get(module, scheme) {
  return new Promise((resolve, reject) => {
    module.get(`${scheme}://${host}:${port}/page`, { agent: false }, (answer) => {
      let text = '';
      answer.on('data', (data) => { text += data; });
      answer.on('end', () => resolve(text.trim()));
    }).on('error', reject);
  });
}

function connection() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), host);
    let text = '';
    // Before it is connected: Node keeps it until then.
    socket.write('GET /page HTTP/1.0\r\n\r\n');
    socket.on('data', (data) => { text += data; });
    socket.on('end', () => resolve(text.split('\r\n\r\n')[1].trim()));
    socket.on('error', reject);
  });
}

const cases = {
  fetch: async () => (await (await fetch(`http://${host}:${port}/page`)).text()).trim(),
  http: () => get(http, 'http'),
  https: () => get(https, 'https'),
  net: connection,
  parallel: async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => get(http, 'http')));
    return `${all.filter((text) => text === 'the page').length} pages`;
  },
};

cases[kind]().then(console.log, (error) => {
  console.log(error.cause ? error.cause.code : error.code);
  process.exitCode = 1;
});
