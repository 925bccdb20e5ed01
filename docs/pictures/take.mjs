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
  // Such as that there is no trusted certificate: the dashboard is reached by http.
  const dismissNotices = async () => {
    const close = page.locator('.dashboard-message-bar-dismiss').first();
    if (await close.isVisible()) await close.click();
  };
  const row = name => page.locator('tr, [role=row]').filter({ hasText: name });

  await row('shoppers').getByRole('button', { name: 'Start' }).first().click();
  await row('shoppers').getByText('Running').first().waitFor();
  // The notice of the command goes by itself.
  await page.waitForTimeout(15_000);
  await dismissNotices();
  await page.screenshot({ path: `${folder}/dashboard.png` });

  // The first traces are those of cold services. The log leads to the trace of an order that is paid.
  await page.waitForTimeout(30_000);
  await page.goto(new URL('/structuredlogs/resource/shoppers', login).href);
  await page.waitForTimeout(5_000);
  await dismissNotices();
  await row('is paid').last().locator('a').last().click();
  await page.waitForURL(/traces\/detail/);
  await page.waitForTimeout(3_000);
  // The details of its first span cover half of the waterfall.
  await page.getByRole('button', { name: 'Close' }).or(page.locator('[title=Close]')).first().click({ timeout: 5_000 }).catch(() => undefined);
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: `${folder}/trace.png` });
} finally {
  await browser.close();
}
