// The proof sheet as a recruiter uses it: look at every name, hold one, approve another, save, and let candid read it. A
// candidate who is held gets no link.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, makeSmall, openAutomation, run, runJson, serve, workFolder } from './program.mjs';

const pictures = process.env.CANDID_E2E_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const people = [
  { id: 'p1', name: 'Jane Sample', role: 'Engineer' },
  { id: 'p2', name: 'Łukasz Żółć', role: 'Engineer' },
  { id: 'p3', name: '=1+1 "<script>alert(1)</script>"', role: 'Engineer' },
  { id: 'p4', name: 'Long Role', role: 'very '.repeat(60) + 'long' }, // is cut
  { id: '-5', name: '{{email}}</style><img src=x onerror=alert(2)>', role: 'Engineer' },
];
const ids = people.map((person) => person.id);
const card = (page, id) => page.locator(`article[data-id="${id}"]`);
const shownIds = (page) => page.locator('article:visible').evaluateAll((cards) => cards.map((one) => one.dataset.id));
const focusedId = (page) => page.evaluate(() => document.activeElement.dataset.id);
const seenOf = (page, id) => card(page, id).getAttribute('data-seen');
let work, campaign, data, server, browser, context, problems, decisions;

function writeRoster(list) {
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  writeFileSync(join(campaign, 'candidates.csv'), 'id,name,first_name,role,email\n' +
    list.map((person) => [person.id, person.name, person.name.split(' ')[0], person.role, `${person.id}@example.com`].map(cell).join(',')).join('\n'));
}

// Whatever the page complains about, or a name runs, fails the test that opened it.
async function openSheet(where = context) {
  const page = await where.newPage();
  page.on('dialog', (dialog) => { problems.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || problems.push(`asks for ${request.url()}`));
  await page.goto(`file://${join(campaign, 'out/proof/index.html')}`);
  return page;
}

const desk = { viewport: { width: 1280, height: 900 }, acceptDownloads: true };

before(async () => {
  work = workFolder();
  campaign = join(work.path, "Jane's campaign");
  data = join(work.path, 'data');
  decisions = join(work.path, 'decisions.csv');
  await run(['new', campaign, '--kit', 'sample']);
  makeSmall(campaign);
  writeRoster(people);
  await run(['record', campaign, '--camera', 'test:', '--size', '320x180', '--max', '8s']);
  await run(['proof', campaign]);
  ({ browser, context } = await openAutomation());
  await context.close();
  context = await browser.newContext(desk);
  problems = [];
});

after(async () => {
  await browser?.close();
  await server?.stop();
  work?.remove();
});

test('every candidate is there with frames, name and address, and nothing of them runs', async () => {
  const page = await openSheet();
  assert.deepEqual(await page.locator('article h2').allTextContents(), people.map((person) => person.name));
  assert.deepEqual(await shownIds(page), ids);
  for (const { id } of people) {
    assert.ok((await card(page, id).innerText()).includes(`${id}@example.com`), id);
    assert.match(await seenOf(page, id), /^\S+$/, 'a decision says which words it was about');
    const image = card(page, id).locator('img').first();
    await image.scrollIntoViewIfNeeded();
    await eventually(() => image.evaluate((one) => one.naturalWidth), (width) => width > 0, `the frame of ${id} is drawn`);
  }
  assert.match(await card(page, 'p4').innerText(), /warning.*is cut/is, 'a finding has its severity in words');
  if (pictures) await page.screenshot({ path: join(pictures, 'proof-sheet.png') });
  assert.deepEqual(problems, []);
  await page.close();
});

test('a phone sees all of it without scrolling sideways', async () => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' });
  const page = await openSheet(phone);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
  await card(page, 'p2').locator('a').first().tap();
  await page.locator('#large').getByRole('button', { name: 'Close' }).tap();
  await eventually(() => focusedId(page), (id) => id === 'p2', 'the large view leads back to its card');
  if (pictures) await page.screenshot({ path: join(pictures, 'proof-sheet-phone.png') });
  assert.deepEqual(problems, []);
  await phone.close();
});

test('without scripts the sheet shows everything, and no button that would do nothing', async () => {
  const plain = await browser.newContext({ ...desk, javaScriptEnabled: false });
  const page = await openSheet(plain);
  assert.equal(await page.locator('article:visible').count(), people.length);
  assert.equal(await page.getByRole('button').count(), 0);
  await plain.close();
});

test('filters, search and order choose what is shown', async () => {
  const page = await openSheet();
  await page.getByRole('button', { name: 'To look at 3' }).click();
  assert.deepEqual(await shownIds(page), ['p3', 'p4', '-5']);
  await page.getByRole('button', { name: 'Held 0' }).click();
  assert.ok(await page.getByText('No candidate here.').isVisible());
  await page.getByRole('button', { name: 'Show all' }).click();
  for (const [words, found] of [['lukasz zolc', ['p2']], ['p3@EXAMPLE', ['p3']], ['6', ['-5']], ['<SCRIPT', ['p3']], ['', ids]]) {
    await page.getByRole('searchbox').fill(words);
    await eventually(() => shownIds(page), (shown) => String(shown) === String(found), `"${words}" finds ${found}`);
  }
  await page.getByRole('combobox', { name: 'Order' }).selectOption('worst');
  assert.deepEqual(await shownIds(page), ['p3', 'p4', '-5', 'p1', 'p2']);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('row');
  assert.deepEqual(await shownIds(page), ids);
  assert.deepEqual(problems, []);
  await page.close();
});

test('keys decide the card that has the focus, go on to the next, and take back', async () => {
  const page = await openSheet();
  await page.keyboard.press('a');
  assert.match(await page.locator('#tally').innerText(), /^0 held, 0 approved, 5 undecided$/, 'no card has the focus yet');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await focusedId(page), 'p2');
  await page.keyboard.press('h');
  assert.equal(await focusedId(page), 'p3', 'on to the next undecided');
  await page.keyboard.press('a');
  assert.equal(await focusedId(page), 'p4');
  await page.keyboard.press('u');
  assert.equal(await focusedId(page), 'p3', 'the last change is undone where it was made');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focusedId(page), '-5');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#large-name').innerText(), 'Long Role');
  await page.keyboard.press('k');
  assert.equal(await page.locator('#large-name').innerText(), people[2].name);
  await page.keyboard.press('Escape');
  await eventually(() => focusedId(page), (id) => id === 'p3', 'back on the card that was large');
  await page.keyboard.press('?');
  assert.ok(await page.getByRole('dialog', { name: 'Keys' }).isVisible());
  await page.keyboard.press('Escape');
  const hold = card(page, 'p2').getByRole('button', { name: 'Hold' });
  assert.equal(await hold.getAttribute('aria-pressed'), 'true');
  await card(page, 'p2').focus();
  await page.keyboard.press('u');
  assert.equal(await hold.getAttribute('aria-pressed'), 'false', 'a decision is cleared on its own card');
  assert.deepEqual(problems, []);
  await page.close();
});

test('decisions outlive a reload, and are saved as a CSV that a spreadsheet does not run', async () => {
  const page = await openSheet();
  await card(page, 'p2').focus();
  await page.keyboard.press('h');
  await card(page, 'p3').getByRole('button', { name: 'Approve' }).click();
  await card(page, '-5').getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: 'Approve all without findings (1)' }).click(); // p1: p4 has one, p2 is held
  await page.reload();
  assert.match(await page.locator('#tally').innerText(), /^1 held, 3 approved, 1 undecided, 4 changes not saved$/);
  assert.equal(await card(page, 'p2').getByRole('button', { name: 'Hold' }).getAttribute('aria-pressed'), 'true');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save decisions' }).click()]);
  assert.equal(download.suggestedFilename(), 'decisions.csv');
  await download.saveAs(decisions);
  const seen = Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await seenOf(page, id)])));
  assert.equal(readFileSync(decisions, 'utf8'), ['id,decision,seen,name', `p1,approve,${seen.p1},Jane Sample`, `p2,hold,${seen.p2},Łukasz Żółć`,
    `p3,approve,${seen.p3},"'=1+1 ""<script>alert(1)</script>"""`, `"'-5",approve,${seen['-5']},${people[4].name}`, ''].join('\r\n'));
  assert.equal(await page.locator('#command').innerText(), `candid proof '${campaign.replaceAll("'", `'\\''`)}' --decisions ~/Downloads/decisions.csv`);
  assert.match(await page.locator('#tally').innerText(), /saved to a file, not yet read by candid$/);
  await card(page, 'p4').getByRole('button', { name: 'Hold' }).click();
  assert.ok(await page.locator('#command').isHidden(), 'the command goes when the file is no longer what is shown');
  await card(page, 'p4').getByRole('button', { name: 'Hold' }).click();
  assert.deepEqual(problems, []);
  await page.close();
});

test('candid reads the decisions, and the next sheet shows them in any browser', async () => {
  await run(['proof', campaign, '--decisions', decisions]);
  const other = await browser.newContext(desk);
  const page = await openSheet(other);
  assert.match(await page.locator('#tally').innerText(), /^1 held, 3 approved, 1 undecided$/);
  await page.getByRole('button', { name: 'Held 1' }).click();
  assert.deepEqual(await shownIds(page), ['p2']);
  assert.deepEqual(problems, []);
  await other.close();
});

test('a held candidate gets no link', async () => {
  await run(['render', campaign]);
  server = await serve(data);
  const report = await runJson(['publish', campaign, '--server', server.url], { data });
  assert.deepEqual(report.held.map((candidate) => candidate.id), ['p2']);
  assert.deepEqual(report.messages.map((message) => message.id), ids.filter((id) => id !== 'p2'));
  const links = readFileSync(join(campaign, 'out/links.csv'), 'utf8');
  assert.ok(links.includes('p1@example.com') && !links.includes('p2@example.com'), links);
  const { stdout, stderr } = await run(['publish', campaign, '--server', server.url], { data });
  assert.match(stdout + stderr, /\b1\b[^\n]*\bheld\b/, 'the program says how many wait');
});

test('an approval lapses when the words change; a hold does not', async () => {
  const changed = (person) => ({ ...person, name: ['p1', 'p2'].includes(person.id) ? `${person.name} Smith` : person.name });
  writeRoster(people.map(changed));
  await run(['proof', campaign]);
  const other = await browser.newContext(desk);
  const page = await openSheet(other);
  assert.ok(await card(page, 'p1').getByText('Was approved, but the words have changed since.').isVisible());
  assert.equal(await card(page, 'p1').getByRole('button', { name: 'Approve' }).getAttribute('aria-pressed'), 'false');
  assert.equal(await card(page, 'p2').getByRole('button', { name: 'Hold' }).getAttribute('aria-pressed'), 'true');
  assert.match(await page.locator('#tally').innerText(), /^1 held, 2 approved, 2 undecided$/);
  assert.deepEqual(problems, []);
  await other.close();
});
