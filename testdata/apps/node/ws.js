// A WebSocket server and client of the library ws; they behave as testdata/apps/python/ws.py does.
'use strict';
const readline = require('readline');
const { WebSocket, WebSocketServer } = require(process.env.WS_LIBRARY || '/usr/share/nodejs/ws');

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');

function serve(addr) {
  const [host, port] = addr.split(':');
  new WebSocketServer({ host, port: Number(port), maxPayload: 0 }).on('connection', (socket, request) => {
    const line = { path: request.url, sent: 0, received: 0, code: 0 };
    socket.on('message', (data, binary) => {
      line.received++;
      socket.send(data, { binary });
      line.sent++;
    });
    socket.on('close', (code) => say({ ...line, code }));
  });
}

async function call(url) {
  const socket = new WebSocket(url, { maxPayload: 0 });
  const line = { path: new URL(url).pathname, sent: 0, received: 0, code: 0 };
  await new Promise((done) => socket.on('open', done));
  socket.on('message', () => line.received++);
  for await (const text of readline.createInterface({ input: process.stdin })) {
    const sizes = JSON.parse(text);
    for (const [i, size] of sizes.entries()) {
      const back = new Promise((done) => socket.once('message', done));
      socket.send(i % 2 ? 'x'.repeat(size) : Buffer.alloc(size));
      line.sent++;
      await back;
    }
    const pong = new Promise((done) => socket.once('pong', done));
    socket.ping();
    await pong;
    say({ done: sizes.length });
  }
  socket.on('close', (code) => say({ ...line, code }));
  socket.close(1000);
}

({ listen: serve, call })[process.argv[2]](process.argv[3]);
