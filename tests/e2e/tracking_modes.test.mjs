// What a visit leaves behind where nothing may be recorded, looked for in the server's files themselves: no row of the
// visit, nothing that names the browser or its network, and nothing stored in the browser. What candidates say on purpose
// is kept, without what tells their browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { behindProxy, eventually, openPhone, phoneOptions, runJson, untilTime } from './program.mjs';

const mark = 'SampleBrowserMark';
const network = '198.51.77';
let site, phone;

before(async () => {
  [site, phone] = await Promise.all([openSite({ options: behindProxy }), openPhone()]);
});

after(async () => {
  await phone?.browser.close();
  await site?.close();
});

// Rows of the ledger that hang on a message's links, by table, as they lie in SQLite.
function rowsOf(message) {
  const script = `
import json, sqlite3, sys
ledger = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
ledger.row_factory = sqlite3.Row
links = [row[0] for row in ledger.execute('SELECT id FROM link WHERE message_id = ?', (sys.argv[2],))]
tables = [row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
found = {}
for table in tables:
    columns = [row[1] for row in ledger.execute('PRAGMA table_info("' + table + '")')]
    if 'link_id' in columns:
        found[table] = [dict(row) for row in ledger.execute('SELECT * FROM "' + table + '"') if row['link_id'] in links]
print(json.dumps(found))`;
  return JSON.parse(execFileSync('python3', ['-c', script, join(site.data, 'ledger.db'), message], { encoding: 'utf8' }));
}

// Files of the server that hold this text, whatever they are.
function filesWith(text) {
  return readdirSync(site.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath ?? entry.path, entry.name)).includes(text))
    .map((entry) => entry.name);
}

// A browser that would be found again wherever it is noted. `name` makes it one of its own.
async function markedContext(name) {
  const context = await phone.browser.newContext({
    ...phoneOptions,
    userAgent: `Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0 ${mark}-${name}`,
    extraHTTPHeaders: { 'x-forwarded-for': `${network}.9` },
  });
  return { context, page: await context.newPage() };
}

const storedIn = async (context, page) => ({
  cookies: await context.cookies(),
  rest: await page.evaluate(async () => ({
    local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length, workers: (await navigator.serviceWorker.getRegistrations()).length,
  })),
});
const nothing = { cookies: [], rest: { local: 0, session: 0, databases: 0, caches: 0, workers: 0 } };

// All that a visitor can do without saying anything on purpose.
async function visit(page, link) {
  await page.goto(link);
  await page.locator('#play').tap();
  await untilTime(page, 5.5);
  await page.keyboard.press('m');
  await page.mouse.wheel(0, 300);
  await page.locator('[data-rate="2"]').tap();
  await page.locator('#transcript summary').tap();
  await page.reload();
  await page.locator('#play').tap();
  await untilTime(page, 0.5);
}

// What a page would send if it were told to: with the real ticket, from this page.
const forge = (page, events) => page.evaluate(async (sent) => {
  const { session, nonce } = Object.fromEntries(new FormData(document.getElementById('ticket')));
  const answer = await fetch(`${location.pathname}/events`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ session, nonce, events: sent }),
  });
  return answer.status;
}, events);
const input = { sequence: 0, kind: 'input', trusted: true, keyboard: false, ms: 2000 };
const hidden = async (page) => page.evaluate(async () => (await fetch(document.querySelector('a.contents').href)).status);

for (const tracking of ['off', 'aggregate', 'consent']) {
  test(`a visit leaves no row and no file: ${tracking}`, async () => {
    const { link, id } = await site.publish({ tracking });
    const { context, page } = await markedContext(tracking);
    await visit(page, link);
    await forge(page, [input, { sequence: 1, kind: 'reaction', name: 'heart' }]);
    await hidden(page);
    await page.request.head(link);
    assert.deepEqual(await storedIn(context, page), nothing);
    await context.close();
    const rows = rowsOf(id);
    assert.ok('event' in rows, Object.keys(rows).join());
    assert.deepEqual(rows, Object.fromEntries(Object.keys(rows).map((table) => [table, []])));
    assert.deepEqual(filesWith(`${mark}-${tracking}`), []);
    assert.deepEqual(filesWith(`${network}.`), []);
  });

  test(`a request about their data is kept, and nothing of who made it: ${tracking}`, async () => {
    const { link, id } = await site.publish({ tracking });
    const { context, page } = await markedContext(`${tracking}-said`);
    await page.goto(link);
    await page.locator('button[formaction$="/data"]').tap();
    await page.waitForURL(/\/data$/);
    assert.deepEqual(await storedIn(context, page), nothing);
    await context.close();
    const { event, ...others } = rowsOf(id);
    const said = event.map(({ kind, body, session, sequence, agent, network: from }) => ({ kind, body, session, sequence, agent, from }));
    assert.deepEqual(said, [{ kind: 'reply', body: '{"request":"data"}', session: '', sequence: null, agent: '', from: '' }]);
    assert.deepEqual(Object.values(others).flat(), []);
    assert.deepEqual(filesWith(`${mark}-${tracking}-said`), []);
  });
}

// All of a table, as it lies in SQLite.
function tableOf(data, table) {
  const script = `
import json, sqlite3, sys
ledger = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
ledger.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in ledger.execute('SELECT * FROM "' + sys.argv[2] + '"')]))`;
  return JSON.parse(execFileSync('python3', ['-c', script, join(data, 'ledger.db'), table], { encoding: 'utf8' }));
}

test('aggregate: visits become numbers of the campaign, and nothing of whose', async () => {
  const own = await openSite({ options: behindProxy });
  try {
    const filesOf = (text) => readdirSync(own.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath ?? entry.path, entry.name)).includes(text))
      .map((entry) => entry.name);
    const many = { campaign_id: 'counted', campaign_name: 'Counted' };
    const links = [];
    for (let i = 0; i < 5; ++i) links.push((await own.publish({ tracking: 'aggregate' }, many)).link);
    await own.publish({ tracking: 'aggregate' }, { campaign_id: 'few', campaign_name: 'Few' });

    const { context, page } = await markedContext('counted');
    const said = [];
    const sessions = [];
    page.on('response', async (response) => { if (response.request().method() === 'POST') said.push(response.status()); });
    await page.goto(links[0]);
    sessions.push(await page.locator('#script').getAttribute('data-session'));
    await page.getByText('not by whom').waitFor();
    await visit(page, links[0]);
    sessions.push(await page.locator('#script').getAttribute('data-session'));
    await page.goto(`${own.url}/healthz`);
    assert.deepEqual(await storedIn(context, page), nothing);
    assert.ok(said.length > 0 && said.every((status) => status === 204), said.join());
    await context.close();

    const shy = await markedContext('shy');
    await shy.page.goto(links[1]);
    await shy.page.locator('#play').tap();
    await untilTime(shy.page, 1);
    await shy.page.locator('#stop button').tap();
    await shy.page.locator('#stopped').waitFor();
    await shy.page.reload();
    await shy.page.getByText('Nothing about your visit is recorded.').waitFor();
    await shy.context.close();

    const marks = [`${mark}-counted`, `${mark}-shy`, `${network}.`, ...links.map((link) => link.split('/').at(-1)), ...sessions];
    for (const text of marks) assert.deepEqual(filesOf(text), [], `while the server runs: ${text}`);
    assert.ok(filesOf('e2e-0').includes('ledger.db-wal'), 'what is in the WAL can be found');
    await own.stop();
    for (const text of marks) assert.deepEqual(filesOf(text), [], `after it stopped: ${text}`);
    for (const table of ['event', 'link_view']) assert.deepEqual(tableOf(own.data, table), []);

    // The page once without a touch, and twice played; of who asked not to be tracked, nothing.
    const rows = tableOf(own.data, 'view_count');
    assert.deepEqual(new Set(rows.flatMap(Object.keys)), new Set(['campaign_id', 'state', 'n']));
    assert.equal(rows.reduce((sum, { n }) => sum + n, 0), 3, JSON.stringify(rows));
    assert.ok(rows.every(({ campaign_id: id }) => id === 'counted'), JSON.stringify(rows));
    assert.ok(rows.some(({ state }) => ['viewed', 'watched_25', 'watched_50'].includes(state)), JSON.stringify(rows));
    const told = async (campaign) => (await runJson(['status', campaign], { data: own.data })).campaigns[0];
    const counted = await told('counted');
    assert.deepEqual(counted.counted_visits.visits, Object.fromEntries(rows.map(({ state, n }) => [state, n])));
    assert.deepEqual([...new Set(counted.messages.map(({ state }) => state))], ['sent']);
    assert.ok(counted.messages.every(({ reason }) => /counted without persons/.test(reason)));
    const few = await told('few');
    assert.equal(few.counted_visits.told, false);
    assert.equal(few.counted_visits.visits, null);
    assert.match(few.counted_visits.reason, /would name a person/);
  } finally {
    await own.close();
  }
});

test('after "do not track" nothing is added but what is said on purpose', async () => {
  const { link, id } = await site.publish({ tracking: 'individual' });
  const first = await markedContext('before');
  await first.page.goto(link);
  await first.page.locator('#play').tap();
  await untilTime(first.page, 1);
  await eventually(() => rowsOf(id).event, (rows) => rows.some(({ kind }) => kind === 'play'), 'the visit is recorded before');
  const pressed = Date.now();
  await first.page.locator('#stop button').tap();
  await first.page.locator('#stopped').waitFor();
  const before = rowsOf(id);
  assert.ok(filesWith(`${mark}-before`).length > 0, 'what is recorded can be found');
  const tookMs = Date.now() - pressed;
  await untilTime(first.page, 5.5);
  await forge(first.page, [{ ...input, sequence: 900 }]);
  await first.context.close();
  assert.deepEqual(rowsOf(id), before, 'the page that was open then');

  const second = await markedContext('afterwards');
  await visit(second.page, link);
  await forge(second.page, [input]);
  await hidden(second.page);
  assert.deepEqual(rowsOf(id), before, `another visit; obeyed within ${tookMs} ms`);
  await second.page.locator('#text').fill('A sample answer');
  await second.page.locator('.reply button[type=submit]').tap();
  await second.page.locator('blockquote').waitFor();
  await second.page.goto(link);
  await second.page.locator('.reactions button').first().tap();
  await second.page.waitForURL(/reaction$/);
  assert.deepEqual(await storedIn(second.context, second.page), nothing);
  await second.context.close();
  const added = rowsOf(id).event.slice(before.event.length);
  assert.deepEqual(added.map(({ kind, session, sequence, agent, network: from }) => ({ kind, session, sequence, agent, from })),
    ['reply', 'reaction'].map((kind) => ({ kind, session: '', sequence: null, agent: '', from: '' })));
  assert.deepEqual(filesWith(`${mark}-afterwards`), []);
});

test('agreeing records what comes after it, and nothing of what came before', async () => {
  const { link, id } = await site.publish({ tracking: 'consent' });
  const { context, page } = await markedContext('agrees');
  await visit(page, link);
  assert.deepEqual(rowsOf(id).event, []);
  const agreedAt = Date.now();
  await page.locator('button[formaction$="/consent"]').tap();
  await page.locator('#stop').waitFor();
  await eventually(() => rowsOf(id).event, (rows) => rows.some(({ kind }) => kind === 'load'), 'the visit is recorded');
  const { event } = rowsOf(id);
  assert.equal(event[0].kind, 'consent');
  assert.ok(event.every(({ received_at }) => received_at >= agreedAt), JSON.stringify(event));
  assert.deepEqual(event.filter(({ kind }) => ['play', 'beat'].includes(kind)), []);
  assert.deepEqual(await storedIn(context, page), nothing);
  await context.close();
});
