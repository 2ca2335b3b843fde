// A service of a topology row, as internal/topology describes it: node's http
// server and its client with an agent that keeps connections.
'use strict';
const fs = require('fs');
const http = require('http');

const env = process.env;
const list = (key) => (env[key] || '').split(',').filter(Boolean);
const next = list('TOPOLOGY_NEXT');
const forward = list('TOPOLOGY_FORWARD');
const agent = new http.Agent({ keepAlive: true });

const say = (what, path) => fs.writeSync(1, `${what} ${path}\n`);
const split = (addr) => {
  const colon = addr.lastIndexOf(':');
  return { host: addr.slice(0, colon).replace(/[[\]]/g, ''), port: Number(addr.slice(colon + 1)) };
};

// Sends a request and gives its status, once the response has been read.
function ask(addr, path, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...split(addr), path, headers, agent }, (response) => {
      response.resume();
      response.on('end', () => {
        say('sent', path);
        resolve(response.statusCode);
      });
    });
    request.on('error', reject);
    request.end();
  });
}

async function work(request) {
  const passed = {};
  for (const name of forward) {
    if (request.headers[name]) passed[name] = request.headers[name];
  }
  for (const [k, addr] of next.entries()) {
    const status = await ask(addr, `${request.url}.${k + 1}`, passed);
    if (status !== 200) throw new Error(`${addr} answered ${status}`);
  }
  if (next.length === 0) await new Promise((done) => setTimeout(done, 2));
}

const server = http.createServer({ keepAliveTimeout: 60000 }, async (request, response) => {
  let status = 200;
  try {
    if (request.url.startsWith('/w/')) await work(request);
  } catch (err) {
    console.error(err);
    status = 502;
  }
  say('served', request.url);
  response.writeHead(status, { 'Content-Length': 5 });
  response.end('done\n');
});
const { host, port } = split(env.TOPOLOGY_LISTEN);
server.listen(port, host, 512);

if (env.TOPOLOGY_BACKGROUND) {
  let n = 0;
  const poll = setInterval(() => {
    ask(env.TOPOLOGY_BACKGROUND, `/bg/${env.TOPOLOGY_NAME}/${process.pid}-${n++}`, {}).catch(console.error);
  }, Number(env.TOPOLOGY_EVERY || 5));
  process.stdin.resume();
  process.stdin.on('end', () => clearInterval(poll));
}
