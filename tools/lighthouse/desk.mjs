// Audits the console's start pages with Lighthouse, on a desktop: an organisation's and a regulator's, with the demo's data.
//
//   node desk.mjs ORIGIN PASSWORD [RUNS]
//
// Accessibility and best practices must be 100; performance is reported alone, because a desk of tables is read, not raced. The median of RUNS counts.
import desktop from 'lighthouse/core/config/desktop-config.js';
import puppeteer from 'puppeteer-core';
import { once } from './once.mjs';

const [origin, password, runs = '1'] = process.argv.slice(2);
if (!origin || !password) throw new Error('usage: node desk.mjs ORIGIN PASSWORD [RUNS]');
const asked = ['accessibility', 'best-practices'];
const categories = ['performance', ...asked];
const pages = [
  ['an organisation’s start page', 'enterprise', '/console'],
  ['an organisation’s indicators', 'enterprise', '/console/indicators'],
  ['a regulator’s start page', 'province', '/console'],
  ['a regulator’s comparison', 'province', '/console/regions'],
];
const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'],
});

// desk logs in as one account in a window of its own, by the form.
async function desk(account) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${origin}/console/login`);
  await page.type('#f-account', account);
  await page.type('#f-password', password);
  await Promise.all([page.waitForNavigation(), page.$eval('main form button', (b) => b.click())]);
  if (page.url().includes('/login')) throw new Error(`${account} may not log in`);
  return page;
}

async function audit(name, account, path) {
  const page = await desk(account);
  const tries = [];
  for (let n = 0; n < Number(runs); n++) tries.push(await once(name, origin + path, { onlyCategories: categories }, desktop, page));
  const median = (of) => tries.map(of).sort((a, b) => a - b)[Math.floor(tries.length / 2)];
  const lost = tries.flatMap((r) => asked.flatMap((c) => r.categories[c].auditRefs.filter((a) => a.weight > 0).map((a) => r.audits[a.id])))
    .filter((a) => a.score !== null && a.score < 1).map((a) => `${a.id}: ${a.displayValue || a.title} ${(a.details?.items ?? []).map((i) => i.node?.snippet ?? i.description ?? '').join(' ')}`);
  await page.browserContext().close();
  return { name, score: Object.fromEntries(categories.map((c) => [c, Math.round(median((r) => r.categories[c].score) * 100)])), lost: [...new Set(lost)] };
}

const results = [];
try {
  for (const one of pages) results.push(await audit(...one));
} finally {
  await browser.close();
}
const row = (...cells) => `| ${cells.join(' | ')} |`;
console.log(row('Console, desktop', 'Performance (not asked)', 'Accessibility', 'Best practices'));
console.log(row('---', '---', '---', '---'));
for (const r of results) console.log(row(r.name, ...categories.map((c) => r.score[c])));
for (const r of results) for (const l of r.lost) console.log(`  ${r.name}: ${l}`);
if (results.some((r) => asked.some((c) => r.score[c] < 100))) process.exitCode = 1;
