// The recruiter's dashboard: signing in, reading who watched while they watch, and signing out again; on a phone, in light
// and dark, by keyboard and without scripts.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { behindProxy, eventually, openPhone, pageAtHome, run, runJson, untilTime } from './program.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.CANDID_E2E_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const wide = { viewport: { width: 1280, height: 900 } };
const narrow = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const answer = 'Thank you for the kind words.\nFriday at ten is fine with me.';
let site, browser, phone, token, people, campaign;

// Events as the server would have stored them, of a candidate's own link.
async function say(message, ...events) {
  const { histories } = await site.call('history', { message });
  const link = histories[0].link.id;
  const at = Date.now();
  await site.call('append', {
    events: events.map(({ kind, body }) => ({
      link_id: link, session: '', sequence: null, received_at: at, kind, body: JSON.stringify(body), agent: '', network: '',
    })),
  });
}

async function publishPeople() {
  const made = {};
  const names = { viewer: 'Sample One', quiet: 'Sample Two', writer: 'عينة ثلاثة', eraser: 'Sample Four', machine: 'Sample Five', formula: '=1+1' };
  for (const [role, candidate_name] of Object.entries(names)) {
    made[role] = await site.publish({}, { candidate_id: role, candidate_name, candidate_email: `${role}@example.com`, campaign_name: 'Backend Engineer: after the interview' });
  }
  await say(made.writer.id, { kind: 'reply', body: { text: answer } }, { kind: 'reaction', body: { name: 'heart' } });
  await say(made.eraser.id, { kind: 'reply', body: { request: 'erasure' } }, { kind: 'reply', body: { request: 'data' } });
  await fetch(made.machine.link, { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' } });
  return made;
}

before(async () => {
  site = await openSite({ options: behindProxy });
  ({ token } = await runJson(['token', 'add', 'talent team', '--scope', 'read'], { data: site.data }));
  people = await publishPeople();
  campaign = `${site.url}/r/c/${(await site.call('campaigns', {})).campaigns[0].id}`;
  phone = await openPhone();
  browser = phone.browser;
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `dashboard-${name}.png`), fullPage: true });
}

// The page's policy lets no foreign script in, so axe comes by the debugger.
async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
}

async function signIn(page, to = `${site.url}/r`) {
  await page.goto(to);
  await page.locator('#token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

async function signedIn(options = wide) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await signIn(page);
  return { context, page };
}

const rowOf = (page, role) => page.locator(`[data-row="m-${people[role].id}"]`);

test('nobody reads anything without a token', async () => {
  const context = await browser.newContext(wide);
  const page = await context.newPage();
  for (const address of [`${site.url}/r`, campaign, `${campaign}/m/${people.writer.id}`, `${campaign}.csv`]) {
    await page.goto(address);
    assert.ok(await page.locator('#token').isVisible(), address);
    assert.equal((await page.content()).includes('Sample'), false, address);
  }
  await page.goto(campaign);
  await page.locator('#token').fill(`cnd_${'A'.repeat(27)}`);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /opens nothing here/);
  await picture(page, 'wrong-token');
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await context.cookies(), []);
  await page.locator('#token').fill(token);
  await page.keyboard.press('Enter');
  await page.waitForURL(campaign);
  const cookies = (await context.cookies()).map(({ name, httpOnly, sameSite, path, domain }) => ({ name, httpOnly, sameSite, path, domain }));
  const alike = { httpOnly: true, path: '/', domain: '127.0.0.1' };
  assert.deepEqual(cookies.sort((a, b) => a.name.localeCompare(b.name)),
    [{ name: 'candid', sameSite: 'Strict', ...alike }, { name: 'candid_owner', sameSite: 'Lax', ...alike }]);
  assert.equal(await page.evaluate(() => document.cookie + localStorage.length + sessionStorage.length), '00');
  await context.close();
});

for (const colorScheme of ['light', 'dark']) {
  for (const [size, options] of Object.entries({ wide, narrow })) {
    test(`nothing bars anybody from it, ${colorScheme}, ${size}`, async () => {
      const context = await browser.newContext({ ...options, colorScheme });
      const page = await context.newPage();
      const look = async (name) => {
        await picture(page, `${name}-${size}-${colorScheme}`);
        assert.deepEqual(await violations(page), [], name);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= options.viewport.width, `${name} overflows: ${width}`);
      };
      await page.goto(`${site.url}/r`);
      await look('login');
      await signIn(page);
      await look('overview');
      await page.goto(campaign);
      await look('campaign');
      await page.goto(`${campaign}?q=nobody+is+called+so`);
      await look('nobody');
      for (const role of ['writer', 'eraser', 'machine', 'quiet']) {
        await page.goto(`${campaign}/m/${people[role].id}`);
        for (const details of await page.locator('details').all()) await details.evaluate((element) => { element.open = true; });
        await look(`candidate-${role}`);
      }
      await page.goto(`${site.url}/r/c/there-is-none`);
      await look('not-found');
      await context.close();
    });
  }
}

test('the list tells who said something first, and each candidate has a page', async () => {
  const { context, page } = await signedIn();
  await page.locator('.campaign a').first().click();
  const rows = await page.locator('tbody tr').evaluateAll((all) => all.map((row) => row.dataset.row));
  assert.deepEqual(new Set(rows.slice(0, 2)), new Set([`m-${people.writer.id}`, `m-${people.eraser.id}`]));
  assert.match(await rowOf(page, 'machine').innerText(), /Link preview/);
  assert.match(await rowOf(page, 'quiet').innerText(), /Sent/);
  await page.getByRole('link', { name: 'عينة ثلاثة' }).click();
  assert.equal(await page.locator('blockquote').evaluate((quote) => quote.textContent), answer);
  assert.ok(await page.getByText('❤️').isVisible());
  await page.goto(`${campaign}/m/${people.eraser.id}`);
  assert.ok(await page.getByText('Wants to be erased').isVisible());
  assert.ok(await page.getByText('Wants a copy of their data').isVisible());
  await page.goto(campaign);
  await page.getByRole('searchbox').fill('sample tw');
  await page.keyboard.press('Enter');
  await page.getByText('1 candidate found').waitFor();
  await context.close();
});

test('the table for spreadsheets runs no formula', async () => {
  const { context, page } = await signedIn();
  await page.goto(campaign);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()]);
  const csv = readFileSync(await download.path(), 'utf8');
  assert.match(download.suggestedFilename(), /\.csv$/);
  assert.equal(csv.codePointAt(0), 0xfeff);
  const lines = csv.split('\r\n');
  assert.match(lines[0], /id,name,email,state,reason/);
  const line = lines.find((text) => text.startsWith('formula,'));
  assert.match(line, /^formula,"'=1\+1",formula@example\.com,sent,/);
  await context.close();
});

test('what happens shows without a reload, where the reader is', async () => {
  const { context, page } = await signedIn();
  await page.goto(campaign);
  await page.evaluate(() => { globalThis.mark = 'the same page'; });
  const link = rowOf(page, 'viewer').getByRole('link');
  await link.focus();
  assert.match(await rowOf(page, 'viewer').innerText(), /Sent/);

  const viewer = await pageAtHome(phone, 31);
  await viewer.goto(people.viewer.link);
  await viewer.waitForTimeout(1200);  // a person's first touch comes later than a second after the page
  await viewer.locator('#play').tap();
  await untilTime(viewer, 6);
  await eventually(() => rowOf(page, 'viewer').innerText(), (text) => /Viewed|Watched/.test(text), 'the row follows', 40);
  await eventually(() => page.locator('#live').innerText(), (text) => text.includes('Sample One'), 'the change is told');
  assert.equal(await page.evaluate(() => globalThis.mark), 'the same page');
  assert.equal(await link.evaluate((element) => element === document.activeElement), true, 'the focus stays');
  await picture(page, 'live');
  await viewer.close();

  await page.goto(`${campaign}/m/${people.viewer.id}`);
  await page.evaluate(() => { globalThis.mark = 'the same page'; });
  await page.locator('details summary').first().click();
  assert.match(await page.locator('svg.curve').getAttribute('aria-label'), /^Seen: 0:00/);
  await picture(page, 'candidate-viewer');
  assert.deepEqual(await violations(page), []);
  await say(people.viewer.id, { kind: 'reply', body: { text: 'Written while the page is open' } });
  await page.getByText('Written while the page is open').waitFor({ timeout: 20_000 });
  assert.equal(await page.evaluate(() => globalThis.mark), 'the same page');
  assert.equal(await page.locator('details').first().evaluate((details) => details.open), true, 'what was open stays open');
  await context.close();
});

test('it goes by keyboard', async () => {
  const context = await browser.newContext(wide);
  const page = await context.newPage();
  await page.goto(`${site.url}/r`);
  await page.waitForFunction(() => document.activeElement.name === 'token');  // without a click
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(campaign);
  const focused = () => page.evaluate(() => document.activeElement.id);
  for (let i = 0; i < 40 && await focused() !== `m-${people.quiet.id}`; ++i) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${campaign}/m/${people.quiet.id}`);
  await context.close();
});

test('it works without scripts', async () => {
  const { context, page } = await signedIn({ ...narrow, javaScriptEnabled: false });
  await page.locator('.campaign a').first().click();
  await rowOf(page, 'writer').getByRole('link').click();
  assert.ok(await page.getByText('Friday at ten').isVisible());
  await picture(page, 'no-scripts');
  await page.getByRole('button', { name: 'Sign out' }).click();
  assert.ok(await page.locator('#token').isVisible());
  await context.close();
});

test('a session ends by signing out, and with its token', async () => {
  const { context, page } = await signedIn();
  const kept = await context.cookies();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('#token').waitFor();
  assert.deepEqual((await context.cookies()).map(({ name }) => name), ['candid_owner'], 'whose browser it is stays known');
  await context.addCookies(kept);
  await page.goto(`${site.url}/r`);
  assert.ok(await page.locator('#token').isVisible(), 'whoever kept the cookie is out, too');

  const { token: other } = await runJson(['token', 'add', 'to be removed', '--scope', 'read'], { data: site.data });
  await page.locator('#token').fill(other);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await run(['token', 'remove', 'to be removed'], { data: site.data });
  await page.reload();
  assert.ok(await page.locator('#token').isVisible());
  await context.close();
});

test('an open page notices that its session ended, also the overview', async () => {
  const { token: other } = await runJson(['token', 'add', 'for a while', '--scope', 'read'], { data: site.data });
  const context = await browser.newContext(wide);
  for (const address of [campaign, `${site.url}/r`]) {
    const page = await context.newPage();
    await page.goto(address);
    if (await page.locator('#token').isVisible()) {
      await page.locator('#token').fill(other);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    }
  }
  await run(['token', 'remove', 'for a while'], { data: site.data });
  await say(people.quiet.id, { kind: 'reaction', body: { name: 'heart' } });
  for (const page of context.pages()) {
    await page.bringToFront();
    await page.locator('#token').waitFor();
    assert.equal((await page.content()).includes('Sample'), false);
  }
  await context.close();
});

test('who is erased leaves the pages that show them', async () => {
  const gone = await site.publish({}, { candidate_id: 'gone', candidate_name: 'Sample Gone', candidate_email: 'gone@example.com', campaign_name: 'Backend Engineer: after the interview' });
  const { context, page } = await signedIn();
  const list = await context.newPage();
  await list.goto(campaign);
  await list.getByText('Sample Gone').first().waitFor();
  await page.goto(`${campaign}/m/${gone.id}`);
  await page.getByText('gone@example.com').waitFor();
  await site.call('erase', { receipt: 'E-7GQ2-M4XW-9KTB-3HZD', reason: 'wish', messages: [gone.id], identities: [] });
  await page.bringToFront();
  await eventually(() => page.content().catch(() => 'Sample Gone, while it navigates'), (html) => !html.includes('gone@example.com') && !html.includes('Sample Gone'), 'the page goes');
  await list.bringToFront();
  await eventually(() => list.content(), (html) => !html.includes('Sample Gone'), 'the row goes');
  assert.ok(await rowOf(list, 'quiet').isVisible());
  await context.close();
});

test('what a signed-in browser opens is the recruiter\'s own visit', async () => {
  const { context, page } = await signedIn();
  const { link, id } = await site.publish({}, { candidate_id: 'looked-at', candidate_name: 'Sample Seven', candidate_email: 'looked-at@example.com' });
  await page.goto(link);
  await page.keyboard.press('Tab');
  await eventually(() => site.eventsOf(id), (events) => events.some(({ kind }) => kind === 'load'), 'the script\'s report');
  const { candidates: [told] } = await runJson(['status', site.campaign, '--explain', id], { data: site.data });
  assert.equal(told.state, 'sent', JSON.stringify(told));
  assert.deepEqual(told.sessions.map(({ state }) => state), ['owner_excluded']);
  await context.close();
});
