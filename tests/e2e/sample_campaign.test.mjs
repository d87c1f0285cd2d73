// The main job as its users have it: the sample campaign becomes links, links are opened on a phone, and the recruiter is
// told the truth about it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { behindProxy, eventually, makeSmall, openAutomation, openPhone, pageAtHome, run, runJson, serve, stateOf, untilEnded, untilTime, workFolder } from './program.mjs';

const pictures = process.env.CANDID_E2E_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const ids = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `sample-${n}`);
let work, campaign, data, server, links, phone;

before(async () => {
  work = workFolder();
  campaign = join(work.path, 'campaign');
  data = join(work.path, 'data');
  await run(['new', campaign, '--kit', 'sample']);
  makeSmall(campaign);
  await run(['record', campaign, '--camera', 'test:', '--size', '320x180']);
  server = await serve(data, behindProxy);
  const result = await runJson(['run', campaign, '--server', server.url], { data });
  assert.equal(result.rejected.length, 0);
  links = Object.fromEntries(result.messages.map((message) => [message.id, message.link]));
  phone = await openPhone();
});

after(async () => {
  await phone?.browser.close();
  const code = await server?.stop();
  work?.remove();
  assert.equal(code, 0, 'the server ends cleanly when asked');
});

test('every candidate has a video, a proof and a link of their own', async () => {
  assert.deepEqual(Object.keys(links), ids);
  assert.equal(new Set(Object.values(links)).size, ids.length);
  for (const link of Object.values(links)) assert.match(link, /\/v\/[A-Za-z0-9_-]{27}$/);
  const proof = readFileSync(join(campaign, 'out/proof/index.html'), 'utf8');
  for (const name of ['Nguyễn Thị Hồng', 'Łukasz Żółć', '王小明', 'محمد', 'עִבְרִית', '👩‍💻']) assert.ok(proof.includes(name), name);
  assert.equal(statSync(join(campaign, 'out/links.csv')).mode & 0o777, 0o600);
});

test('before anyone looks, every candidate is "sent"', async () => {
  const status = await runJson(['status', campaign], { data });
  assert.deepEqual(status.campaigns[0].messages.map((message) => message.state), ids.map(() => 'sent'));
  assert.deepEqual(status.campaigns[0].messages.map((message) => message.id), ids);
});

test('a page that is only fetched is not a person', async () => {
  const page = await fetch(links['sample-8'], { headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' } });
  assert.equal(page.status, 200);
  const seen = await stateOf(campaign, data, 'sample-8');
  assert.equal(seen.state, 'page_unverified', seen.reason);
});

test('a browser driven by a program is called a machine', async () => {
  const robot = await openAutomation();
  const page = await robot.context.newPage();
  await page.goto(links['sample-7']);
  await page.waitForTimeout(1500); // a person would have had time to read: it must not help
  await page.mouse.click(200, 200);
  const seen = await eventually(() => stateOf(campaign, data, 'sample-7'), (s) => s.state.startsWith('machine_'), 'a machine');
  assert.match(seen.state, /^machine_(automation|crawler)$/, seen.reason);
  await robot.browser.close();
});

test('a candidate who touches the page is a person who has not played', async () => {
  const page = await pageAtHome(phone, 1);
  await page.goto(links['sample-2']);
  await page.waitForTimeout(1200); // rule 4: input counts from one second after the load
  await page.locator('h1').tap();
  const seen = await eventually(() => stateOf(campaign, data, 'sample-2'), (s) => s.state !== 'page_unverified' && s.state !== 'sent', 'input noticed');
  assert.equal(seen.state, 'page_human', seen.reason);
  await page.close();
});

test('a video watched to its end is watched_95, and its page is right on a phone', async () => {
  const page = await pageAtHome(phone, 2);
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(links['sample-4']);
  assert.equal(await page.locator('h1').innerText(), '小明, an update on your interview');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `nothing overflows a phone's width: ${width}`);
  await page.locator('video').evaluate((video) => video.readyState >= 1 || new Promise((ready) => video.addEventListener('loadedmetadata', ready)));
  if (pictures) await page.screenshot({ path: join(pictures, 'page.png') });
  const facts = await page.locator('video').evaluate((video) => ({ duration: video.duration, width: video.videoWidth, height: video.videoHeight }));
  assert.equal(facts.width, 320);
  assert.equal(facts.height, 180);
  await page.waitForTimeout(1200);
  await page.locator('#play').tap();
  await untilTime(page, 0.5);
  if (pictures) await page.screenshot({ path: join(pictures, 'playing.png') });
  await untilEnded(page, facts.duration);
  const seen = await eventually(() => stateOf(campaign, data, 'sample-4'), (s) => s.state === 'watched_95', 'watched to the end');
  assert.ok(Math.abs(seen.watched_s - facts.duration) <= 2, `${seen.watched_s} s of ${facts.duration} s`);
  assert.deepEqual(problems, []);
  await page.close();
});

test('seeking to the end is not watching', async () => {
  const page = await pageAtHome(phone, 3);
  await page.goto(links['sample-5']);
  await page.waitForTimeout(1200);
  await page.locator('#play').tap();
  await untilTime(page, 1);
  await page.locator('video').evaluate((video) => { video.currentTime = video.duration - 1; });
  await untilEnded(page, 10);
  const seen = await eventually(() => stateOf(campaign, data, 'sample-5'), (s) => s.state === 'played' && s.watched_s >= 1, 'a short play');
  assert.ok(seen.watched_s < 4, `${seen.watched_s} s credited`);
  await page.close();
});

test('"do not track" is obeyed', async () => {
  const page = await pageAtHome(phone, 4);
  await page.goto(links['sample-3']);
  await page.waitForTimeout(1200);
  await page.locator('form button, button[form]').first().tap();
  await eventually(() => stateOf(campaign, data, 'sample-3'), (s) => s.do_not_track, 'the wish is stored');
  await page.goto(links['sample-3']);
  await page.locator('#play').tap();
  await untilTime(page, 2);
  const seen = await stateOf(campaign, data, 'sample-3');
  assert.equal(seen.watched_s, 0, 'nothing is counted afterwards');
  await page.close();
});

test('publishing again keeps every link', async () => {
  const again = await runJson(['run', campaign, '--server', server.url], { data });
  assert.ok(again.rendered.every((message) => message.state === 'unchanged'));
  assert.deepEqual(Object.fromEntries(again.messages.map((message) => [message.id, message.link])), links);
});

test('no token, hashed or not, lies in the clear in the ledger', () => {
  const tokens = Object.values(links).map((link) => link.split('/').pop());
  for (const name of ['ledger.db', 'ledger.db-wal']) {
    if (!existsSync(join(data, name))) continue;
    const bytes = readFileSync(join(data, name));
    for (const token of tokens) assert.ok(!bytes.includes(token), name);
  }
});
