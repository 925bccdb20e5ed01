// Run by take.sh: node take.mjs <the dashboard's login address> <where the pictures go> <Chromium>
import { chromium } from 'playwright-core';

const [login, folder, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 850 }, colorScheme: 'light' });
  page.setDefaultTimeout(60_000);
  await page.goto(login);
  const row = name => page.locator('tr, [role=row]').filter({ hasText: name });

  await row('shoppers').getByRole('button', { name: 'Start' }).first().click();
  await row('shoppers').getByText('Running').first().waitFor();
  // The notice of the command that has succeeded.
  await page.waitForTimeout(15_000);
  await page.screenshot({ path: `${folder}/dashboard.png` });

  // The first traces are those of cold services.
  await page.waitForTimeout(30_000);
  await page.goto(new URL('/traces/resource/shoppers', login).href);
  await page.waitForTimeout(3_000);
  await row('purchase').last().locator('a').first().click();
  await page.waitForURL(/traces\/detail/);
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: `${folder}/trace.png` });
} finally {
  await browser.close();
}
