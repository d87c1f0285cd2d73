// A candidate answers with a video from their own camera: recorded, watched, sent over a line that breaks, made playable.
// Chromium's own test camera stands in for a real one.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { openSite } from './pages.mjs';
import { eventually } from './program.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.CANDID_E2E_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const patience = { timeout: 60_000 };
const phoneSize = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const headline = 'Sample Candidate, an update on your interview';
let site, withCamera;

function launch(...flags) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--mute-audio', '--headless=new', ...flags],
    ignoreDefaultArgs: ['--headless', '--headless=old'],
  });
}

before(async () => {
  site = await openSite();
  withCamera = await launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
});

after(async () => {
  await withCamera?.close();
  await site?.close();
});

async function openPage({ browser = withCamera, content = {}, ...options } = {}) {
  const { link, id } = await site.publish({ headline, ...content });
  const context = await browser.newContext({ ...phoneSize, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience.timeout);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) errors.push(message.text()); });
  await page.goto(link);
  return { page, context, id, link, errors };
}

async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
}

// At each stage: nothing bars anybody, nothing overflows.
async function look(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `reply-${name}.png`) });
  assert.deepEqual(await violations(page), [], name);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `${name}: nothing overflows a phone's width: ${width}`);
}

const button = (page, name) => page.locator('.recorder').getByRole('button', { name, exact: true });
const state = (page) => page.locator('.recorder .state[role=status]');
const secondsLeft = async (page) => {
  const [, minutes, seconds] = /(\d+):(\d\d)/.exec(await page.locator('.recorder .state').first().textContent()) ?? [];
  return minutes === undefined ? NaN : 60 * Number(minutes) + Number(seconds);
};

async function recordTwoSeconds(page) {
  await page.locator('#record').tap();
  await button(page, 'Start recording').tap();
  await eventually(() => secondsLeft(page), (left) => left <= 117, 'two seconds and more are recorded', 60);
  await button(page, 'Stop').tap();
  await button(page, 'Send the video').waitFor();
}

function repliesOf(events) {
  return events.filter(({ kind }) => kind === 'reply').map(({ body }) => (typeof body === 'string' ? JSON.parse(body) : body));
}

// The folder of a reply, which only its server reads.
function folderOf(id) {
  const videos = join(site.data, 'replies', 'videos');
  const message = readdirSync(videos).find((name) => existsSync(join(videos, name, id)));
  assert.ok(message, `the data folder holds reply ${id}`);
  return join(videos, message, id);
}

async function untilReady(id) {
  const folder = folderOf(id);
  await eventually(() => readdirSync(folder), (files) => files.includes('result.json') && !files.includes('raw'), 'the reply is playable', 120);
  return folder;
}

test('two seconds from the camera become a video that plays', async () => {
  const { page, context, id, errors } = await openPage();
  await page.locator('#record').scrollIntoViewIfNeeded();
  await look(page, 'offered');
  await page.locator('#record').tap();
  await button(page, 'Start recording').waitFor();
  const preview = page.locator('.recorder video');
  await eventually(() => preview.evaluate((video) => video.videoWidth), (width) => width > 0, 'the camera shows something', 60);
  assert.match(await preview.evaluate((video) => getComputedStyle(video).transform), /^matrix\(-1/, 'as in a mirror');
  await look(page, 'ready');
  await button(page, 'Start recording').tap();
  await eventually(() => secondsLeft(page), (left) => left <= 117, 'recorded', 60);
  await look(page, 'recording');
  await button(page, 'Stop').tap();
  await button(page, 'Send the video').waitFor();
  assert.equal(await preview.evaluate((video) => getComputedStyle(video).transform), 'none', 'what is sent is not mirrored');
  await preview.evaluate((video) => video.play());
  await eventually(() => preview.evaluate((video) => video.currentTime), (time) => time > 0.3, 'what was recorded plays', 60);
  await look(page, 'recorded');
  assert.equal(repliesOf(await site.eventsOf(id)).length, 0, 'nothing was sent yet');
  await button(page, 'Send the video').tap();
  await page.getByText('Your video is on its way to the sender.').waitFor();
  await look(page, 'sent');

  const [reply, ...more] = repliesOf(await site.eventsOf(id));
  assert.deepEqual(more, []);
  assert.match(reply.video, /^[0-9a-f]{32}$/);
  const folder = await untilReady(reply.video);
  assert.equal(statSync(join(folder, 'video.mp4')).mode & 0o777, 0o600);
  const player = await context.newPage();
  await player.goto(`file://${join(folder, 'video.mp4')}`);
  const video = player.locator('video');
  await video.evaluate((element) => { element.muted = true; return element.play(); });
  await eventually(() => video.evaluate((element) => element.currentTime), (time) => time > 0.5, 'the transcoded video plays', 60);
  const duration = await video.evaluate((element) => element.duration);
  assert.ok(duration > 1.5 && duration < 60, `it lasts ${duration} s`);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a line that breaks costs no more than a piece', async () => {
  const { page, context, id } = await openPage();
  await recordTwoSeconds(page);
  const beginnings = [], pieces = [];
  let broken = 0;
  page.on('request', (request) => { if (request.url().endsWith('/reply/video')) beginnings.push(request.url()); });
  await page.route(/\/reply\/video\/[0-9a-f]{32}\/(\d+|finish)$/, async (route) => {
    const url = route.request().url();
    // The third piece gets lost, then the answer to the same, then the answer to the end.
    if (pieces.length === 2 && broken === 0) { broken++; return route.abort('connectionreset'); }
    if (pieces.length === 2 && broken === 1) { broken++; await route.fetch(); return route.abort('connectionreset'); }
    if (url.endsWith('/finish') && broken === 2) { broken++; await route.fetch(); return route.abort('connectionreset'); }
    if (!url.endsWith('/finish')) pieces.push(url);
    return route.continue();
  });
  await button(page, 'Send the video').tap();
  await page.getByText('The connection is lost. It goes on by itself.').waitFor();
  await page.getByText('Your video is on its way to the sender.').waitFor();
  assert.equal(broken, 3);
  assert.equal(beginnings.length, 1, 'it was not begun anew');
  assert.equal(new Set(pieces).size, pieces.length, 'no piece was sent twice but the one that was lost');
  const [reply, ...more] = repliesOf(await site.eventsOf(id));
  assert.deepEqual(more, [], 'the end that was said twice is one reply');
  await untilReady(reply.video);
  await context.close();
});

test('by keyboard alone, and without being tracked', async () => {
  const { page, context, id } = await openPage({ isMobile: false, hasTouch: false });
  await page.locator('#stop button').press('Enter');
  await eventually(() => page.locator('#told').isVisible().catch(() => false), (seen) => !seen, 'tracking is off');
  await page.locator('#record').focus();
  await page.keyboard.press('Enter');
  await button(page, 'Start recording').waitFor();
  // The focus goes to what comes next each time.
  await eventually(() => page.evaluate(() => document.activeElement.textContent), (text) => text === 'Start recording', 'focus on starting');
  await page.keyboard.press('Enter');
  await eventually(() => secondsLeft(page), (left) => left <= 118, 'recorded', 60);
  await page.keyboard.press('Enter');
  await eventually(() => page.evaluate(() => document.activeElement.textContent), (text) => text === 'Send the video', 'focus on sending', 60);
  await page.keyboard.press('Enter');
  await page.getByText('Your video is on its way to the sender.').waitFor();
  const events = (await site.eventsOf(id)).filter(({ kind }) => kind === 'reply');
  assert.equal(events.length, 1);
  assert.equal(events[0].session, '');
  await context.close();
});

test('cancelling closes the camera, and it can be opened again', async () => {
  const { page, context } = await openPage();
  await page.locator('#record').tap();
  await button(page, 'Start recording').waitFor();
  const handle = await page.locator('.recorder video').evaluateHandle((video) => video.srcObject);
  await button(page, 'Cancel').tap();
  assert.deepEqual(await handle.evaluate((stream) => stream.getTracks().map((track) => track.readyState)), ['ended', 'ended']);
  assert.equal(await page.locator('.recorder').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'record');
  await recordTwoSeconds(page);
  await button(page, 'Record again').tap();
  await button(page, 'Start recording').waitFor();
  await context.close();
});

for (const [name, flags, words] of [
  ['is not allowed', ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'], /not allowed here/],
  ['is not there', ['--use-fake-device-for-media-stream=device-count=0', '--use-fake-ui-for-media-stream'], /No camera with a microphone|cannot be used/],
]) {
  test(`says so where the camera ${name}`, async () => {
    const browser = await launch(...flags);
    try {
      const { page } = await openPage({ browser });
      await page.locator('#record').tap();
      await page.getByText(words).waitFor();
      await look(page, name.replaceAll(' ', '-'));
      await button(page, 'Cancel').tap();
      await page.locator('#text').fill('Then in words.');
    } finally {
      await browser.close();
    }
  });
}

test('in Arabic and in the dark', async () => {
  const { page, context } = await openPage({ colorScheme: 'dark', content: { language: 'ar', headline: 'مرحبا، لدينا خبر عن مقابلتك' } });
  await page.locator('#record').scrollIntoViewIfNeeded();
  await look(page, 'offered-ar-dark');
  await page.locator('#record').tap();
  await button(page, 'ابدأ التسجيل').waitFor();
  await look(page, 'ready-ar-dark');
  await context.close();
});

test('without scripts there are words alone', async () => {
  const { page, context } = await openPage({ javaScriptEnabled: false });
  assert.equal(await page.locator('#record').isVisible(), false);
  assert.equal(await page.locator('#text').isVisible(), true);
  await context.close();
});

test('nothing of the recorder is loaded before it is wanted', async () => {
  const { link } = await site.publish({ headline });
  const context = await withCamera.newContext(phoneSize);
  const page = await context.newPage();
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.addInitScript(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.opened = 0;
    navigator.mediaDevices.getUserMedia = (wanted) => { globalThis.opened++; return open(wanted); };
  });
  await page.goto(link);
  await page.locator('#record').waitFor();
  assert.deepEqual(asked.filter((url) => url.includes('recorder.js')), []);
  assert.equal(await page.evaluate(() => globalThis.opened), 0, 'the camera was not touched');
  await page.locator('#record').tap();
  await button(page, 'Start recording').waitFor();
  assert.equal(await page.evaluate(() => globalThis.opened), 1);
  assert.equal(asked.filter((url) => url.endsWith('/reply/video/recorder.js')).length, 1);
  await context.close();
});
