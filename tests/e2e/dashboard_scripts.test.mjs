// Whatever a candidate, a recruiter or a stranger wrote is shown on the dashboard and on error pages as it stands, and
// nothing of it runs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { payloads } from './payloads.mjs';
import { openPhone, run, runJson } from './program.mjs';

// Each of them takes minutes, so all wait for scripts/test --full.
const chosen = process.env.CANDID_FULL ? payloads : payloads.filter((_, index) => index % 8 === 0);
const plainWords = 'plain words';
const id = 'hostile <img src=x onerror=tripped()>/?#.csv';
let site, phone, context, ran, token, address;

before(async () => {
  site = await openSite();
  ({ token } = await runJson(['token', 'add', 'the dashboard', '--scope', 'read'], { data: site.data }));
  address = `${site.url}/r/c/${encodeURIComponent(id).replaceAll('.', '%2E')}`;
  phone = await openPhone();
  // Without the page's policy, which would stop what got through: here nothing may get through.
  context = await phone.browser.newContext({ bypassCSP: true, viewport: { width: 1280, height: 900 } });
  await context.exposeFunction('tripped', () => { ran.push('tripped'); });
  context.on('dialog', (dialog) => { ran.push(dialog.message()); dialog.dismiss(); });
  ran = [];
});

after(async () => {
  await phone?.browser.close();
  await site?.close();
});

async function signIn(page, by = token) {
  await page.context().clearCookies();
  await page.goto(`${site.url}/r`);
  await page.locator('#token').fill(by);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

// The page's elements and the names of their attributes, but for their text: the same for any words. Not of the visits:
// what a browser called itself decides how much there is to tell of one.
const shapeOf = (page) => page.evaluate(() => [...document.querySelectorAll(':not(#visits *)')].map((element) =>
  `${element.tagName} ${[...element.attributes].map((attribute) => attribute.name)}`).join('\n'));
const strange = 'body :is(script:not([nonce]), iframe, object, embed, img, style, base, link, meta, marquee, [onerror], [onload], [onclick], [onfocus])';

// Events as the server would have stored them; all of them what a stranger may send.
async function say(message, words) {
  const { histories } = await site.call('history', { message });
  const event = { link_id: histories[0].link.id, session: '', sequence: null, received_at: Date.now(), network: '', agent: words };
  await site.call('append', {
    events: [
      { ...event, kind: 'page', body: '{}' },
      { ...event, kind: 'reply', body: JSON.stringify({ text: words }) },
      { ...event, kind: 'reply', body: JSON.stringify({ video: words }) },
      { ...event, kind: 'reaction', body: JSON.stringify({ name: words }) },
    ],
  });
}

const hostile = (words) => ({ campaign_id: id, campaign_name: words, candidate_id: words, candidate_name: words, candidate_email: words });

async function publish(words) {
  const { id: message } = await site.publish({ company: words, headline: words, message: words }, hostile(words));
  await say(message, words);
  return message;
}

test('no name, address, answer or search of anybody runs', async () => {
  const page = await context.newPage();
  await signIn(page);
  const candidate = (message) => `${address}/m/${encodeURIComponent(message)}`;
  await page.goto(candidate(await publish(plainWords)));
  const plain = await shapeOf(page);
  assert.equal(await page.locator('blockquote').count(), 1);
  for (const words of chosen) {
    const shown = words.replace(/\r\n?/g, '\n');
    const message = await publish(words);
    await page.goto(candidate(message));
    assert.equal(await shapeOf(page), plain, words);
    assert.equal(await page.locator(strange).count(), 0, words);
    const seen = await page.evaluate(() => ({
      title: document.querySelector('h1').textContent, quote: document.querySelector('blockquote').textContent,
      reaction: document.querySelector('.reaction').textContent,
    }));
    assert.deepEqual(seen, { title: shown, quote: shown, reaction: shown }, words);
    await page.mouse.move(300, 400);
    // What changes by itself takes the same way as what is loaded.
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await page.goto(`${address}?q=${encodeURIComponent(words.slice(0, 90))}`);
    assert.equal(await page.locator(strange).count(), 0, words);
    await page.mouse.move(300, 400);
    assert.deepEqual(ran, [], words);
  }
  await page.goto(`${site.url}/r`);
  assert.equal(await page.locator(strange).count(), 0);
  await page.close();
});

test('no row of a list runs, with all of them', async () => {
  const { messages: [sample] } = await site.call('messages', { campaign: site.sample.campaign_id });
  await site.call('upsert_messages', { messages: payloads.map((words, index) => ({ ...sample, ...hostile(words), message_id: `hostile-${index}` })) });
  const page = await context.newPage();
  await signIn(page);
  let rows = 0;
  for (const list of [address, `${address}?page=2`]) {
    await page.goto(list);
    assert.equal(await page.locator(strange).count(), 0, list);
    rows += await page.locator('tbody[role=rowgroup] tr').count();
    await page.mouse.move(300, 400);
  }
  assert.ok(rows >= 200, String(rows));
  assert.deepEqual(ran, []);
  await page.close();
});

test('no name of an API token runs', async () => {
  const page = await context.newPage();
  for (const words of ['<img src=x onerror=tripped()>', '"><svg onload=tripped()>', "'-tripped()-'", '</bdi><script>tripped()</script>', '{{tripped()}}']) {
    const { token: made } = await runJson(['token', 'add', words, '--scope', 'read'], { data: site.data });
    await signIn(page, made);
    assert.equal(await page.locator('header bdi').textContent(), words);
    assert.equal(await page.locator(strange).count(), 0, words);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await run(['token', 'remove', words], { data: site.data });
  }
  assert.deepEqual(ran, []);
  await page.close();
});

test('no address runs on the page that says that nothing is there', async () => {
  const page = await context.newPage();
  const anonymous = await phone.browser.newContext({ bypassCSP: true });
  await anonymous.exposeFunction('tripped', () => { ran.push('tripped'); });
  const stranger = await anonymous.newPage();
  await signIn(page);
  await page.goto(`${site.url}/r/c/${plainWords}`);
  const plain = await shapeOf(page);
  await stranger.goto(`${site.url}/r/c/${plainWords}`);
  const plainForm = await shapeOf(stranger);
  // Not as many misses in a minute as shut the door: such answers of the site itself are asked for by a few.
  const visited = [];
  for (const words of chosen) {
    // As it stands where an address may hold that, and percent-encoded.
    const encoded = encodeURIComponent(words.toWellFormed?.() ?? words);
    for (const rest of [`/r/c/${encoded}`, `/r/c/x?q=${encoded}&page=${encoded}`, `/r/${encoded}`]) {
      await page.goto(`${site.url}${rest}`);
      assert.equal(await shapeOf(page), plain, rest);
      visited.push(rest);
    }
    await stranger.goto(`${site.url}/r/c/${encoded}`);
    assert.equal(await shapeOf(stranger), plainForm, words);
    assert.deepEqual(ran, [], words);
  }
  for (const words of chosen.slice(0, 5)) {
    for (const rest of [`/v/${encodeURIComponent(words)}`, `/${encodeURIComponent(words)}`, `/api/ledger/${encodeURIComponent(words)}`]) {
      await stranger.goto(`${site.url}${rest}`);
      assert.equal(await stranger.locator(strange).count(), 0, rest);
      visited.push(rest);
    }
    assert.deepEqual(ran, [], words);
  }
  assert.ok(visited.length >= chosen.length * 3);
  await anonymous.close();
  await page.close();
});
