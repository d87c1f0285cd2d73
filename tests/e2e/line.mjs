// The network between one browser and the server: an address of its own, on which everything of that browser arrives, and
// which loses, repeats, holds back and shuffles the page's reports as a test asks.
import { createHash } from 'node:crypto';
import http from 'node:http';

// Chromium sends what broke off on a used connection once more at once; that is the same report still.
const RESENT_MS = 500;
const COPIES = 3;
const LONGEST_HOLD_MS = 2500;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// `network` stands in X-Forwarded-For. `loss` is the share of the reports that do not get through, half of them on the way
// there and half on the way back. `shuffled`: each is answered at once, and arrives three times, late, in any order.
export async function openLine(server, { network, loss = 0, shuffled = false, random = Math.random }) {
  const { hostname, port } = new URL(server);
  const agent = new http.Agent({ keepAlive: true });
  const fates = new Map();
  const onTheWay = new Set();
  const line = { down: false, reports: 0, lost: 0, lastAt: Date.now() };

  const pass = (request, body, answer) => new Promise((resolve) => {
    const headers = { ...request.headers, 'x-forwarded-for': network };
    const onward = http.request({ hostname, port, agent, method: request.method, path: request.url, headers }, (response) => {
      if (!answer) return response.resume().on('close', resolve);
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer).on('close', resolve);
      answer.on('close', () => response.destroy());
    });
    onward.on('error', () => answer?.destroy());
    onward.on('close', resolve);
    answer?.on('close', () => { if (!answer.writableFinished) onward.destroy(); });
    onward.end(body);
  });
  const fateOf = (body) => {
    const name = createHash('sha256').update(body).digest('hex');
    const known = fates.get(name);
    if (known && Date.now() - known.at < RESENT_MS) return known.fate;
    const fate = random() >= loss ? 'arrives' : random() < 0.5 ? 'lost' : 'answer lost';
    line.reports += 1;
    if (fate !== 'arrives') line.lost += 1;
    fates.set(name, { fate, at: Date.now() });
    return fate;
  };
  const passLate = async (request, body) => {
    await Promise.all(Array.from({ length: COPIES }, async () => {
      await wait(random() * LONGEST_HOLD_MS);
      await pass(request, body);
    }));
  };
  const report = async (request, body, answer) => {
    const fate = fateOf(body);
    if (line.down || fate === 'lost') return answer.destroy();
    if (shuffled) {
      answer.writeHead(204).end();
      return passLate(request, body);
    }
    if (fate === 'arrives') return pass(request, body, answer);
    await pass(request, body);
    answer.destroy();
  };

  const listener = http.createServer(async (request, answer) => {
    const pieces = [];
    try {
      for await (const piece of request) pieces.push(piece);
    } catch {
      return;  // the browser has gone
    }
    const body = Buffer.concat(pieces);
    const done = request.method === 'POST' && request.url.endsWith('/events') ? report(request, body, answer) : pass(request, body, answer);
    onTheWay.add(done);
    await done;
    onTheWay.delete(done);
    line.lastAt = Date.now();
  });
  await new Promise((ready) => listener.listen(0, '127.0.0.1', ready));
  line.url = `http://127.0.0.1:${listener.address().port}`;
  // Until nothing is under way, and nothing has been for a while.
  line.settle = async (quietMs = 1000) => {
    while (onTheWay.size || Date.now() - line.lastAt < quietMs) await wait(50);
  };
  line.close = () => {
    listener.close();
    listener.closeAllConnections();
    agent.destroy();
  };
  return line;
}
