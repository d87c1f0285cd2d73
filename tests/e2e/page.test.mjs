// The page as candidates meet it: on a phone, in light and dark and from right to left, by keyboard, without scripts, and
// under each way of tracking.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { captionLines, openSite } from './pages.mjs';
import { eventually, openPhone, untilTime } from './program.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.CANDID_E2E_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const company = 'Sample & Sons';
const words = {
  en: { company, headline: 'Sample Candidate, an update on your interview', message: 'Here is the update we promised.\nYou hear from us by Friday.' },
  ar: { company, language: 'ar', headline: 'مرحبا، لدينا خبر عن مقابلتك', message: 'هذا هو الخبر الذي وعدنا به.\nستسمع منا قبل يوم الجمعة.' },
};
const extras = { booking_url: 'https://example.com/book', buttons: [{ label: 'See the role', url: 'https://example.com/role' }] };
let site, phone;

before(async () => {
  site = await openSite();
  phone = await openPhone();
});

after(async () => {
  await phone?.browser.close();
  await site?.close();
});

async function picture(page, name, fullPage = true) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
}

// A phone's context of its own: another colour scheme, language, or no scripts.
async function contextWith(options) {
  return phone.browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, ...options });
}

// The page's policy lets no foreign script in, so axe comes by the debugger.
async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
}

for (const colorScheme of ['light', 'dark']) {
  for (const language of ['en', 'ar']) {
    test(`nothing bars anybody from the page, ${colorScheme}, ${language}`, async () => {
      const context = await contextWith({ colorScheme });
      const page = await context.newPage();
      const kinds = {
        page: {}, consent: { tracking: 'consent' }, off: { tracking: 'off' },
      };
      for (const [kind, more] of Object.entries(kinds)) {
        const { link } = await site.publish({ ...words[language], ...extras, ...more });
        await page.goto(link);
        await page.locator('#play').waitFor();
        await picture(page, `page-${kind}-${language}-${colorScheme}`);
        if (kind === 'page') {
          await page.locator('#transcript summary').tap();
          await page.locator('#play').tap();
          await untilTime(page, 0.7);
          await page.locator('video').evaluate((video) => video.pause());
          await picture(page, `page-playing-${language}-${colorScheme}`, false);
        }
        assert.deepEqual(await violations(page), [], kind);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 390, `nothing overflows a phone's width: ${width}`);
        if (kind !== 'page') continue;
        await page.locator('#text').fill('Thank you, Friday is fine.');
        await page.locator('.reply button[type=submit]').tap();
        await page.locator('blockquote').waitFor();
        await picture(page, `answer-${language}-${colorScheme}`);
        assert.deepEqual(await violations(page), [], 'answer');
      }
      await page.goto(`${site.url}/v/nobody-has-this-link`);
      assert.deepEqual(await violations(page), [], 'not found');
      await context.close();
    });
  }
}

test('the logo heads the page, on a ground on which it can be read', async () => {
  const { logo } = site.sample.page;
  for (const [ground, colorScheme, seen] of [['any', 'light', 'rgba(0, 0, 0, 0)'], ['light', 'light', 'rgba(0, 0, 0, 0)'],
    ['light', 'dark', 'rgb(255, 255, 255)'], ['dark', 'dark', 'rgba(0, 0, 0, 0)'], ['dark', 'light', 'rgb(23, 25, 30)']]) {
    const context = await contextWith({ colorScheme });
    const page = await context.newPage();
    await page.goto((await site.publish({ ...words.en, logo: { ...logo, ground } })).link);
    const image = page.locator('header img');
    await image.evaluate((img) => img.decode());
    assert.deepEqual(await image.evaluate((img) => [img.naturalWidth, img.naturalHeight, img.alt]), [logo.width, logo.height, company]);
    assert.equal(await image.evaluate((img) => getComputedStyle(img).backgroundColor), seen, `${ground} on ${colorScheme}`);
    assert.deepEqual(await violations(page), []);
    await picture(page, `page-logo-${ground}-${colorScheme}`, false);
    await context.close();
  }
});

test('every colour of a brand can be read on', async () => {
  const page = await phone.context.newPage();
  for (const accent_color of ['#777777', '#7a7a7a', '#0f7f7f', '#d93025', '#ffe14d', '#000000', '#ffffff', '#767fff']) {
    const { link } = await site.publish({ ...words.en, ...extras, accent_color });
    await page.goto(link);
    assert.deepEqual(await violations(page), [], accent_color);
  }
  await page.close();
});

// What was painted first, and what is the largest thing that was: Chromium's own measures.
const paintsOf = (page) => page.evaluate(() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const largest = list.getEntries().at(-1);
    const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    resolve({ first, largest: largest.startTime, what: largest.url });
  }).observe({ type: 'largest-contentful-paint', buffered: true });
}));

test('the poster is there when the page is first painted', async () => {
  for (const late of [0, 300]) {
    const { link } = await site.publish(words.en);
    const page = await phone.context.newPage();
    await page.route(/poster\.jpg$/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, late));
      await route.continue();
    });
    await page.goto(link, { waitUntil: 'load' });
    const painted = await eventually(() => paintsOf(page), ({ first, what }) => first !== undefined && what.endsWith('poster.jpg'), 'the poster is the largest thing painted');
    assert.equal(painted.largest, painted.first, `${late} ms late: ${JSON.stringify(painted)}`);
    // Asked for before anything else, and once.
    const asked = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
    assert.match(asked[0], /poster\.jpg$/);
    assert.equal(asked.filter((url) => url.endsWith('poster.jpg')).length, 1, String(asked));
    await page.close();
  }
});

test('a poster that does not come keeps nobody from reading', async () => {
  const { link } = await site.publish(words.en);
  const page = await phone.context.newPage();
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route(/poster\.jpg$/, async (route) => { await held; await route.abort(); });
  await page.goto(link, { waitUntil: 'domcontentloaded' });
  await eventually(() => page.locator('h1').isVisible(), (visible) => visible, 'the headline shows');
  release();
  await page.close();
});

test('the whole way through the page goes by keyboard', async () => {
  const { link, id } = await site.publish({ ...words.en, ...extras });
  const context = await phone.browser.newContext({ viewport: { width: 1000, height: 900 } });
  const page = await context.newPage();
  const video = page.locator('video');
  const state = (what) => video.evaluate((element, name) => element[name], what);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const tabTo = async (name) => {
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press('Tab');
      if ((await focused()).startsWith(name)) return;
    }
    assert.fail(`the keyboard does not reach ${name}`);
  };
  await page.goto(link);
  await video.evaluate((element) => element.readyState >= 1 || new Promise((ready) => element.addEventListener('loadedmetadata', ready)));
  assert.ok(await page.locator('.keys').isVisible(), 'the keys are told');
  await picture(page, 'page-wide');

  await page.keyboard.press('Space');
  await untilTime(page, 0.3);
  assert.equal(await state('paused'), false);
  await page.keyboard.press('Space');
  await eventually(() => state('paused'), (paused) => paused, 'paused');
  const before = await state('currentTime');
  await page.keyboard.press('ArrowRight');
  assert.ok(Math.abs(await state('currentTime') - before - 5) < 0.3);
  await page.keyboard.press('ArrowLeft');
  assert.ok(Math.abs(await state('currentTime') - before) < 0.3);
  await page.keyboard.press('m');
  assert.equal(await state('muted'), true);
  await page.keyboard.press('m');
  assert.equal(await state('muted'), false);
  const showing = () => page.locator('track').evaluate((track) => track.track.mode);
  assert.equal(await showing(), 'showing', 'captions are on by default');
  await page.keyboard.press('c');
  assert.equal(await showing(), 'disabled');
  assert.equal(await page.locator('#captions').getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('c');
  assert.equal(await showing(), 'showing');
  await page.keyboard.press('f');
  await eventually(() => page.evaluate(() => document.fullscreenElement?.id), (id_) => id_ === 'stage', 'full screen');
  await page.keyboard.press('f');
  await eventually(() => page.evaluate(() => document.fullscreenElement), (element) => element === null, 'no full screen');

  // The video's own keys do nothing twice.
  await video.focus();
  await page.keyboard.press('Space');
  await eventually(() => state('paused'), (paused) => !paused, 'plays');
  await page.keyboard.press('Space');
  await eventually(() => state('paused'), (paused) => paused, 'paused');

  await tabTo('1.5×');
  await page.keyboard.press('Enter');
  assert.equal(await state('playbackRate'), 1.5);
  assert.equal(await page.locator('[data-rate="1.5"]').getAttribute('aria-pressed'), 'true');
  await tabTo('keys');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('m');
  assert.equal(await state('muted'), false, 'keys that were switched off do nothing');
  await page.locator('#keys').focus();
  await page.keyboard.press('Space');

  await tabTo('Transcript');
  await page.keyboard.press('Enter');
  await tabTo('0:06');
  await page.keyboard.press('Enter');
  await eventually(() => state('currentTime'), (time) => time >= 6.4, 'the transcript seeks');
  await page.keyboard.press('m');  // on a link letters are the video's
  assert.equal(await state('muted'), true);

  await tabTo('🎉');
  await page.keyboard.press('Enter');
  await page.locator('#reacted').waitFor();
  await tabTo('text');
  const muted = await state('muted');
  const second = await state('currentTime');
  await page.keyboard.type('cmf and more');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await state('muted'), muted, 'no key is taken from a field');
  assert.ok(await state('currentTime') >= second);
  assert.equal(await page.locator('#text').inputValue(), 'cmf and more');
  await tabTo('Send');
  await page.keyboard.press('Enter');
  await page.locator('blockquote').waitFor();
  assert.equal(await page.locator('blockquote').innerText(), 'cmf and more');
  const events = await site.eventsOf(id);
  assert.deepEqual(events.filter((event) => event.kind === 'reply').map((event) => JSON.parse(event.body)), [{ text: 'cmf and more' }]);
  assert.deepEqual(events.filter((event) => event.kind === 'reaction').map((event) => JSON.parse(event.body)), [{ name: 'celebrate' }]);
  const [load] = events.filter((event) => event.kind === 'load').map((event) => JSON.parse(event.body));
  assert.equal(typeof load.gpu, 'string');
  await tabTo('Back to the video');
  await page.keyboard.press('Enter');
  await page.waitForURL(link);
  await context.close();
});

test('the page works without scripts', async () => {
  const { link, id } = await site.publish({ ...words.en, ...extras });
  const context = await contextWith({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(link);
  await picture(page, 'page-no-scripts');
  assert.ok(await page.locator('video[controls]').isVisible());
  assert.equal(await page.locator('#play').isVisible(), false);
  assert.equal(await page.locator('#tools').isVisible(), false);
  assert.ok(await page.getByRole('link', { name: 'Book a time' }).isVisible());
  await page.locator('#transcript summary').tap();
  for (const line of captionLines) assert.ok(await page.getByText(line).isVisible(), line);
  await page.getByRole('button', { name: 'Sounds good' }).tap();
  await page.getByText('The sender sees your reaction.').waitFor();
  await page.goto(link);
  await page.locator('#text').fill('From a page without scripts');
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
  await page.getByText('From a page without scripts').waitFor();
  await page.goto(link);
  await page.getByRole('button', { name: 'Erase me' }).tap();
  await page.getByText('Your request is noted').waitFor();
  const said = (await site.eventsOf(id)).filter((event) => ['reply', 'reaction'].includes(event.kind)).map((event) => JSON.parse(event.body));
  assert.deepEqual(said, [{ name: 'thumbs_up' }, { text: 'From a page without scripts' }, { request: 'erasure' }]);
  assert.deepEqual(await context.cookies(), []);
  await context.close();
});

const storedOf = async (page) => ({ cookies: await page.context().cookies(), storage: await page.evaluate(() => localStorage.length + sessionStorage.length) });

for (const tracking of ['off', 'aggregate', 'consent']) {
  test(`a visit leaves nothing behind: ${tracking}`, async () => {
    const { link, id } = await site.publish({ ...words.en, tracking });
    const context = await contextWith({});
    const page = await context.newPage();
    const posts = [];
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
    await page.goto(link);
    await page.locator('#play').tap();
    await untilTime(page, 6);
    await page.keyboard.press('m');
    await page.goto(`${site.url}/healthz`);
    assert.deepEqual(await site.eventsOf(id), []);
    // What is counted without persons is reported, and taken into memory.
    if (tracking === 'aggregate') assert.ok(posts.length > 0 && posts.every((url) => url === `${link}/events`), posts.join());
    else assert.deepEqual(posts, []);
    await page.goto(link);
    assert.deepEqual(await storedOf(page), { cookies: [], storage: 0 });
    await context.close();
  });
}

test('after the candidate has agreed their visit is recorded, until they change their mind', async () => {
  const { link, id } = await site.publish({ ...words.en, tracking: 'consent' });
  const context = await contextWith({});
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'I agree' }).tap();
  await page.locator('#stop').waitFor();
  assert.equal(page.url(), link);
  assert.equal((await site.eventsOf(id))[0].kind, 'consent');
  await eventually(() => site.eventsOf(id), (events) => events.some((event) => event.kind === 'load'), 'the visit is recorded');
  await page.locator('#stop button').tap();
  await page.locator('#stopped').waitFor();
  const before = (await site.eventsOf(id)).length;
  await page.reload();
  await page.locator('#play').tap();
  await untilTime(page, 1);
  assert.equal((await site.eventsOf(id)).length, before);
  assert.deepEqual(await storedOf(page), { cookies: [], storage: 0 });
  await context.close();
});

test('the browser chooses the language where the campaign leaves it to it', async () => {
  const { link } = await site.publish({ ...words.en, language: 'auto' });
  for (const [locale, told, direction] of [['pl-PL', 'Nie śledź mojego oglądania', 'ltr'], ['ar-EG', 'لا تسجّل مشاهدتي', 'rtl'], ['ja-JP', 'Do not track my viewing', 'ltr']]) {
    const context = await contextWith({ locale });
    const page = await context.newPage();
    await page.goto(link);
    assert.equal(await page.locator('#stop button').innerText(), told);
    assert.equal(await page.evaluate(() => document.documentElement.dir), direction);
    await context.close();
  }
});
