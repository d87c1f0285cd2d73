// The addresses of a page's video end after some hours. A player that fails for it gets new ones, and goes on where it was.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, makeSmall, openPhone, run, runJson, serve, untilTime, workFolder } from './program.mjs';

let work, server, links, phone;

before(async () => {
  work = workFolder();
  const campaign = join(work.path, 'campaign');
  const data = join(work.path, 'data');
  await run(['new', campaign, '--kit', 'thanks']);
  makeSmall(campaign);
  await run(['record', campaign, '--camera', 'test:', '--size', '320x180', '--max', '8s']);
  server = await serve(data);
  const result = await runJson(['run', campaign, '--server', server.url], { data });
  links = result.messages.map((message) => message.link);
  phone = await openPhone();
});

after(async () => {
  await phone?.browser.close();
  await server?.stop();
  work?.remove();
});

const sourceOf = (page) => page.locator('video').evaluate((video) => video.currentSrc);

test('no address of the media gives the link away', async () => {
  const page = await phone.context.newPage();
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(links[0]);
  await page.locator('#play').tap();
  await untilTime(page, 0.5);
  const media = asked.filter((url) => /\.(mp4|jpg|vtt)$/.test(new URL(url).pathname));
  assert.ok(media.length >= 2, String(asked));
  const token = links[0].split('/').pop();
  for (const url of media) {
    assert.match(new URL(url).pathname, /^\/m\/[A-Za-z0-9_-]+\/(video\.mp4|poster\.jpg|captions\.vtt)$/);
    assert.ok(!url.includes(token));
  }
  await page.close();
});

test('a page whose addresses have ended still plays', async () => {
  const page = await phone.context.newPage();
  let ended;
  await page.route(/\/m\/[^/]+\/video\.mp4$/, (route) => {
    ended ??= route.request().url();
    return route.request().url() === ended ? route.fulfill({ status: 404, body: '' }) : route.continue();
  });
  await page.goto(links[0]);
  await eventually(() => sourceOf(page), (url) => url && url !== ended, 'a new address');
  await page.locator('#play').tap();
  await untilTime(page, 0.5);
  await page.close();
});

test('a player that fails goes on at the same second, and that is no new start', async () => {
  const page = await phone.context.newPage();
  const reports = [];
  page.on('request', (request) => request.url().endsWith('/events') && reports.push(request.postDataJSON()));
  await page.goto(links[1]);
  await page.locator('#play').tap();
  await untilTime(page, 2);
  const before = await sourceOf(page);
  await page.locator('video').evaluate((video) => video.dispatchEvent(new Event('error')));
  await eventually(() => sourceOf(page), (url) => url !== before, 'a new address');
  await untilTime(page, 2.5);
  const at = await page.locator('video').evaluate((video) => video.currentTime);
  assert.ok(at < 7, `it went on, and did not jump: ${at}`);
  await page.locator('video').evaluate((video) => video.pause());
  const kinds = () => reports.flatMap((report) => report.events.map((event) => event.kind));
  await eventually(() => kinds(), (all) => all.includes('pause'), 'the pause is reported');
  assert.equal(kinds().filter((kind) => kind === 'play').length, 1, String(kinds()));
  await page.close();
});

test('a view that is refused is said so on the page', async () => {
  const page = await phone.context.newPage();
  await page.route(/\/m\/[^/]+\/video\.mp4$/, (route) => route.fulfill({ status: 403, body: '' }));
  await page.route(/\/media$/, (route) => route.fulfill({ status: 403, body: '' }));
  await page.goto(links[0]);
  await page.locator('#used-up').waitFor({ state: 'visible' });
  assert.ok(!(await page.locator('#stage').isVisible()));
  await page.close();
});
