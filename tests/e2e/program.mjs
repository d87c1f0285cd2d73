// Runs the real candid program, and the real browser, for the end-to-end tests.
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

export const candid = process.env.CANDID ?? 'candid';

// A folder for one test; `remove()` takes it away again.
export function workFolder() {
  const path = mkdtempSync(join(tmpdir(), 'candid-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

// Output of a command that must exit with `code`.
export async function run(args, { code = 0, data } = {}) {
  const env = { ...process.env, CANDID_DATA: data ?? process.env.CANDID_DATA };
  try {
    const { stdout, stderr } = await promisify(execFile)(candid, args, { env, maxBuffer: 64 << 20 });
    if (code !== 0) throw new Error(`candid ${args.join(' ')} exited with 0 instead of ${code}`);
    return { stdout, stderr };
  } catch (error) {
    if (error.code === code && code !== 0) return { stdout: error.stdout, stderr: error.stderr };
    throw new Error(`candid ${args.join(' ')}: ${error.message}\n${error.stderr ?? ''}`);
  }
}

export async function runJson(args, options) {
  return JSON.parse((await run([...args, '--json'], options)).stdout);
}

// A server on a free port; `stop()` ends it by pid and tells its exit code.
export async function serve(data, more = []) {
  const child = spawn(candid, ['serve', '--listen', '127.0.0.1:0', '--data', data, '--json', ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (bytes) => {
      text += bytes;
      if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text).url);
    });
    child.on('exit', (code) => reject(new Error(`candid serve ended with ${code}: ${text}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.on('exit', resolve);
      child.kill('SIGTERM');
    });
  return { url, stop };
}

// Small pictures: the browser tests are about the way through the house, not about size.
export function makeSmall(campaign, size = '320x180') {
  appendFileSync(join(campaign, 'campaign.toml'), `\n[video]\nsize = "${size}"\n`);
}

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--mute-audio'];

// A browser as a candidate has it. Its marks of automation are taken off (its agent string and navigator.webdriver), and its
// drawing by software: with them the rules rightly call it a machine, which another test shows. The agent string is the
// program's own and not one page's, as what a page sends while it is left would go by the other.
export async function openPhone() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const { stdout } = await promisify(execFile)(executablePath, ['--version']);
  const agent = `Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${stdout.match(/\d+/)[0]}.0.0.0 Mobile Safari/537.36`;
  const browser = await chromium.launch({
    executablePath,
    args: [...quiet, '--headless=new', '--disable-blink-features=AutomationControlled', '--disable-3d-apis', `--user-agent=${agent}`],
    ignoreDefaultArgs: ['--enable-automation', '--headless', '--headless=old'],
  });
  return { browser, context: await browser.newContext(phoneOptions) };
}

// How a context of a phone is made, for tests that need several.
export const phoneOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

// What a server needs to be told to believe pageAtHome().
export const behindProxy = ['--trusted-proxy', '127.0.0.1'];

// A page of a candidate who has a network of their own: one network that opens several candidates' links within minutes is
// a scanner's.
export async function pageAtHome({ context }, number) {
  const page = await context.newPage();
  await page.setExtraHTTPHeaders({ 'x-forwarded-for': `198.51.${number}.7` });
  return page;
}

export async function openAutomation() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
  return { browser, context: await browser.newContext() };
}

export async function stateOf(campaign, data, id) {
  const status = await runJson(['status', campaign], { data });
  return status.campaigns[0].messages.find((message) => message.id === id);
}

// Asks until `accept` holds: beacons are on their way when the page has done its part.
export async function eventually(ask, accept, what, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  let last;
  do {
    last = await ask();
    if (accept(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 200));
  } while (Date.now() < end);
  throw new Error(`${what}; last seen: ${JSON.stringify(last)}`);
}

// Polled from outside: the page's content security policy forbids what Playwright's waitForFunction does inside.
export const untilTime = (page, seconds) =>
  eventually(() => page.locator('video').evaluate((video) => video.currentTime), (time) => time > seconds, `played past ${seconds} s`, seconds + 20);
export const untilEnded = (page, seconds) =>
  eventually(() => page.locator('video').evaluate((video) => video.ended || video.currentTime), (state) => state === true, 'played to the end', seconds + 20);
