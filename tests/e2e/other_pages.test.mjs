// The pages around the one with the video: the passcode's form, answers, what is used up, what is not there. Nothing bars
// anybody from them, in either theme, from right to left, on a phone, and by keyboard.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { eventually, openPhone, phoneOptions } from './program.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.CANDID_E2E_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const passcode = '48213577';
// Of that passcode, by libsodium (argon2id).
const passcode_hash = '$argon2id$v=19$m=65536,t=2,p=1$V+adZEfG28WLZi0D0gL3wA$TBAsG1Bci/W6xYCmHK+rWv0F3uqYEV0R2HoPRciLSDI';
const locales = { en: 'en-GB', ar: 'ar-EG' };
let site, phone;

before(async () => {
  [site, phone] = await Promise.all([openSite(), openPhone()]);
});

after(async () => {
  await phone?.browser.close();
  await site?.close();
});

// The page's policy lets no foreign script in, so axe comes by the debugger.
async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
}

async function look(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `other-${name}.png`), fullPage: true });
  assert.deepEqual(await violations(page), [], name);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= phoneOptions.viewport.width, `${name} overflows: ${width}`);
}

// A page load that plays is one view.
async function useUp(context, link) {
  const page = await context.newPage();
  await page.goto(link);
  await page.locator('#play').tap();
  await eventually(() => page.locator('video').evaluate((video) => video.currentTime), (time) => time > 0, 'it plays');
  await page.close();
}

for (const colorScheme of ['light', 'dark']) {
  for (const language of ['en', 'ar']) {
    test(`nothing bars anybody from the other pages, ${colorScheme}, ${language}`, async () => {
      const context = await phone.browser.newContext({ ...phoneOptions, colorScheme, locale: locales[language] });
      const page = await context.newPage();
      const named = (name) => `${name}-${language}-${colorScheme}`;
      const publish = (terms = {}) => site.publish({ language }, {}, terms);
      const direction = () => page.evaluate(() => document.documentElement.dir);

      const behind = await publish({ passcode_hash });
      await page.goto(behind.link);
      await page.locator('#passcode').waitFor();
      assert.equal(await direction(), language === 'ar' ? 'rtl' : 'ltr');
      await look(page, named('passcode'));
      await page.locator('#passcode').fill('0000 wrong');
      await page.locator('button[type=submit]').tap();
      await page.locator('#problem').waitFor();
      await look(page, named('passcode-wrong'));

      const { link } = await publish();
      await page.goto(link);
      await page.locator('.reactions button').first().tap();
      await page.locator('#reacted').waitFor();
      await look(page, named('reacted'));
      for (const what of ['data', 'erase']) {
        await page.goto(link);
        await page.locator(`button[formaction$="/${what}"]`).tap();
        await page.waitForURL(new RegExp(`/${what}$`));
        await look(page, named(`answer-${what}`));
      }
      await page.goto(link);
      await page.locator('#text').evaluate((text) => { text.removeAttribute('maxlength'); text.value = 'long '.repeat(500); });
      await page.locator('.reply button[type=submit]').tap();
      await page.locator('#problem').waitFor();
      assert.equal((await page.locator('#text').inputValue()).trim(), 'long '.repeat(500).trim(), 'nothing is lost');
      await look(page, named('answer-too-long'));

      const limited = await publish({ view_limit: 1 });
      await useUp(context, limited.link);
      await page.goto(limited.link);
      assert.equal(await page.locator('#play').count(), 0);
      await look(page, named('used-up'));

      await page.goto(`${site.url}/v/nobody-has-this-link`);
      await look(page, named('not-found'));
      await context.close();
    });
  }
}

test('the passcode is typed, mistyped and corrected by keyboard alone', async () => {
  const { link } = await site.publish({}, {}, { passcode_hash });
  const context = await phone.browser.newContext({ viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  await page.goto(link);
  await eventually(() => page.evaluate(() => document.activeElement.id), (id) => id === 'passcode', 'the field has the focus');
  await page.keyboard.type('1234 wrong');
  await page.keyboard.press('Enter');
  await page.locator('#problem').waitFor();
  const field = page.locator('#passcode');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.match(await field.getAttribute('aria-describedby'), /\bproblem\b/);
  await eventually(() => page.evaluate(() => document.activeElement.id), (id) => id === 'passcode', 'the field has the focus again');
  await page.keyboard.type(passcode);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#play').waitFor();
  assert.equal(page.url(), link);
  await context.close();
});
