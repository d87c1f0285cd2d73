// Whatever stands in a message, in its captions or in an answer is shown as it stands, and nothing of it runs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { payloads } from './payloads.mjs';
import { openPhone } from './program.mjs';

// Each in every field takes minutes, so all of them wait for scripts/test --full.
const chosen = process.env.CANDID_FULL ? payloads : payloads.filter((_, index) => index % 8 === 0);
let site, phone, context, ran;

before(async () => {
  site = await openSite();
  phone = await openPhone();
  // Without the page's policy, which would stop what got through: here nothing may get through.
  context = await phone.browser.newContext({ bypassCSP: true, viewport: { width: 390, height: 844 } });
  await context.exposeFunction('tripped', () => { ran.push('tripped'); });
  context.on('dialog', (dialog) => { ran.push(dialog.message()); dialog.dismiss(); });
  ran = [];
});

after(async () => {
  await phone?.browser.close();
  await site?.close();
});

// The page's elements, but for their text: the same for any words. Of the attributes all but those that the page's own
// script sets and takes away as the video comes or fails.
const shapeOf = (page) => page.evaluate(() => [...document.querySelectorAll('*')].map((element) => {
  const names = [...element.attributes].map((attribute) => attribute.name);
  const changing = ['hidden', 'aria-pressed', ...(element.matches('html, video') ? ['style', 'src', 'controls', 'preload'] : [])];
  return `${element.tagName} ${names.filter((name) => !changing.includes(name))}`;
}).join('\n'));

// As text comes out of the ledger: no line of a message is changed.
const vttOf = (text) => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}\n`;
const oneLine = (text) => text.replace(/[\t\n]/g, ' ');

async function show(page, words, captions) {
  const ref = await site.storeCaptions(captions);
  const { link } = await site.publish({
    company: words, headline: words, message: words, language: 'en',
    buttons: [{ label: words, url: 'https://example.com/?' + encodeURIComponent(words) }, { label: 'x', url: `mailto:${words}` }],
  }, { captions_ref: ref });
  await page.goto(link, { waitUntil: 'domcontentloaded' });
}

test('there are enough of them', () => {
  assert.ok(new Set(payloads).size >= 200, String(payloads.length));
});

test('no words of a message, its captions or an answer run', async () => {
  const page = await context.newPage();
  await page.route(/\/m\//, (route) => route.fulfill({ status: 404, body: '' }));
  await show(page, 'plain words', vttOf('plain words'));
  const plain = await shapeOf(page);
  await page.locator('#text').fill('plain words');
  await page.locator('.reply button[type=submit]').click();
  const plainAnswer = await shapeOf(page);
  for (const words of chosen) {
    await show(page, words, vttOf(oneLine(words)));
    assert.equal(await shapeOf(page), plain, words);
    const seen = await page.evaluate(() => ({
      company: document.querySelector('.company').textContent, headline: document.querySelector('h1').textContent,
      message: document.querySelector('.message').textContent, label: document.querySelector('.action').textContent,
      title: document.querySelector('meta[property="og:title"]').content,
      site: document.querySelector('meta[property="og:site_name"]').content, tab: document.title,
      line: document.querySelector('#transcript p').textContent.replace(/^0:01 /, ''),
    }));
    const shown = words.replace(/\r\n?/g, '\n');
    // Chromium's document.title has one space for control characters and white space.
    const tab = shown.replace(/[\0- \x7f]+/g, ' ').replace(/^ | $/g, '');
    assert.deepEqual(seen, { company: shown, headline: shown, message: shown, label: shown, title: shown, site: shown, tab, line: oneLine(shown).trim() }, words);
    await page.locator('#transcript').evaluate((details) => { details.open = true; });
    await page.mouse.move(200, 300);
    await page.locator('#text').fill(words);
    await page.locator('.reply button[type=submit]').click();
    await page.locator('blockquote').waitFor();
    assert.equal(await shapeOf(page), plainAnswer, words);
    assert.equal((await page.locator('blockquote').evaluate((quote) => quote.textContent)).length > 0, true);
    assert.deepEqual(ran, [], words);
  }
  await page.close();
});

test('captions that are not what we make run nothing either', async () => {
  const page = await context.newPage();
  await page.route(/\/m\/.*(mp4|jpg)/, (route) => route.fulfill({ status: 404, body: '' }));
  for (const words of chosen) {
    await show(page, 'plain words', `WEBVTT\n\n00:00.000 --> 09:00.000\n${oneLine(words)}\nafter\n`);
    await page.locator('track').evaluate((track) => { track.track.mode = 'showing'; });
    await page.locator('#transcript').evaluate((details) => { details.open = true; });
    assert.equal(await page.locator('#transcript :not(p, a, summary)').count(), 0, words);
    assert.deepEqual(ran, [], words);
  }
  await page.close();
});
