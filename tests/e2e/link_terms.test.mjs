// Links on terms, as a candidate on a phone meets them: a passcode, a number of views, a download.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, makeSmall, openPhone, run, runJson, serve, untilTime, workFolder } from './program.mjs';

let work, server, campaign, data, candidates, phone;

before(async () => {
  work = workFolder();
  campaign = join(work.path, 'campaign');
  data = join(work.path, 'data');
  await run(['new', campaign, '--kit', 'thanks']);
  makeSmall(campaign);
  appendFileSync(join(campaign, 'campaign.toml'), '\n[publish]\nviews = 1\npasscode = true\ndownload = true\n');
  await run(['record', campaign, '--camera', 'test:', '--size', '320x180', '--max', '5s']);
  server = await serve(data);
  const result = await runJson(['run', campaign, '--server', server.url], { data });
  const [header, ...rows] = readFileSync(join(campaign, 'out/links.csv'), 'utf8').trim().split(/\r?\n/).map((line) => line.split(','));
  const column = (row, name) => row[header.indexOf(name)].trim().replace(/^"|"$/g, '');
  candidates = rows.map((row) => ({ link: column(row, 'link'), passcode: column(row, 'passcode') }));
  assert.equal(candidates.length, result.messages.length);
  phone = await openPhone();
});

after(async () => {
  await phone?.browser.close();
  await server?.stop();
  work?.remove();
});

async function picture(page, name) {
  if (!process.env.CANDID_E2E_PICTURES) return;
  mkdirSync(process.env.CANDID_E2E_PICTURES, { recursive: true });
  await page.screenshot({ path: join(process.env.CANDID_E2E_PICTURES, `${name}.png`) });
}

test('a mistyped passcode can be corrected, and nothing is told before', async () => {
  const { link, passcode } = candidates[0];
  const page = await phone.context.newPage();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(link);
  assert.equal(await page.locator('video').count(), 0);
  await picture(page, 'passcode');
  await page.locator('#passcode').fill('wrong-one');
  await page.locator('button[type=submit]').tap();
  await page.locator('#problem').waitFor();
  await picture(page, 'passcode-wrong');
  assert.equal(asked.filter((path) => path.startsWith('/m/')).length, 0, String(asked));
  await page.locator('#passcode').fill(passcode);
  await page.locator('button[type=submit]').tap();
  await page.locator('#play').waitFor();
  assert.equal(page.url(), link);
  await picture(page, 'passcode-right');
  await page.close();
});

test('the one view can be watched to its end, and is then used up', async () => {
  const { link, passcode } = candidates[1];
  const page = await phone.context.newPage();
  await page.goto(link);
  await page.locator('#passcode').fill(passcode);
  await page.locator('button[type=submit]').tap();
  await page.locator('#play').tap();
  await untilTime(page, 1);
  await page.locator('video').evaluate((video) => { video.currentTime = 3; });
  await untilTime(page, 3.5);
  const again = await phone.context.newPage();
  await again.goto(link);
  await eventually(() => again.locator('#play').count(), (count) => count === 0, 'no play button');
  await picture(again, 'views-used-up');
  await page.close();
  await again.close();
});
