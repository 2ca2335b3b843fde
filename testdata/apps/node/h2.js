// An HTTP/2 server and client of Node's http2, without TLS. Both log as testdata/apps/h2 does.
//
//   h2.js listen host:port       /echo?size=
//   h2.js call http://host:port  jobs with method, path, header, body, n and streams
'use strict';
const http2 = require('http2');
const readline = require('readline');

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');

function serve(addr) {
  const [host, port] = addr.split(':');
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    const start = new Date();
    let received = 0;
    stream.on('data', (piece) => { received += piece.length; });
    stream.on('error', console.error);
    stream.on('end', () => {
      const target = headers[':path'];
      const size = Number(new URL(target, 'http://x').searchParams.get('size') ?? received);
      say({ method: headers[':method'], target, proto: 'HTTP/2.0', status: 200, sent: size, received, start, end: new Date() });
      stream.respond({ ':status': 200, 'content-length': size });
      stream.end(Buffer.alloc(size));
    });
  });
  server.listen(Number(port), host);
}

function ask(session, job, target) {
  const line = { method: job.method || 'GET', target, proto: 'HTTP/2.0', status: 0, sent: job.body || 0, received: 0, start: new Date() };
  return new Promise((done) => {
    const end = (error) => {
      say({ ...line, error: error && String(error), end: new Date() });
      done();
    };
    const stream = session.request({ ...job.header, ':method': line.method, ':path': target });
    stream.on('response', (headers) => { line.status = headers[':status']; });
    stream.on('data', (piece) => { line.received += piece.length; });
    stream.on('end', () => end());
    stream.on('error', end);
    if (line.sent > 0) stream.end(Buffer.alloc(line.sent)); // a GET has ended by itself
  });
}

async function call(url) {
  const session = http2.connect(url);
  for await (const text of readline.createInterface({ input: process.stdin })) {
    const job = JSON.parse(text);
    const n = job.n || 1;
    let next = 0;
    const work = async () => {
      while (next < n) {
        const k = ++next;
        const glue = job.path.includes('?') ? '&' : '?';
        await ask(session, job, n === 1 ? job.path : `${job.path}${glue}id=${k}`);
      }
    };
    await Promise.all(Array.from({ length: job.streams || 1 }, work));
    say({ done: n });
  }
  session.close();
}

({ listen: serve, call })[process.argv[2]](process.argv[3]);
