// Run by take.sh: node take.mjs <the dashboard's login address> <where the pictures go> <Chromium> <the store's address> <the back office's> <the admin's password>
import { chromium } from 'playwright-core';

const [login, folder, executablePath, store, office, password] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 850 }, colorScheme: 'light', reducedMotion: 'reduce' });
  page.setDefaultTimeout(60_000);

  await page.goto(store);
  await page.screenshot({ path: `${folder}/storefront.png` });
  await page.goto(`${store}/search?q=kettle`);
  await page.getByRole('link', { name: 'Stovetop Kettle' }).click();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.goto(`${store}/sign-up?returnUrl=/checkout/address`);
  await page.locator('input[name=email]').fill('ann@example.com');
  await page.locator('input[name=displayName]').fill('Ann Baker');
  await page.locator('input[name=password]').fill('correct horse battery staple');
  await page.keyboard.press('Enter');
  for (const [field, text] of Object.entries({ name: 'Ann Baker', line1: 'Mill Lane 1', postalCode: '10115', city: 'Berlin' })) {
    await page.locator(`input[name=${field}]`).fill(text);
  }
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'How shall we deliver?' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Review and pay' }).waitFor();
  await page.screenshot({ path: `${folder}/checkout.png` });

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
  const staff = await browser.newPage({ viewport: { width: 1400, height: 850 }, colorScheme: 'light', reducedMotion: 'reduce' });
  await staff.goto(office);
  await staff.locator('input[name=email]').fill('admin@shop.test');
  await staff.locator('input[name=password]').fill(password);
  await staff.keyboard.press('Enter');
  await staff.getByRole('heading', { name: 'How it goes' }).waitFor();
  await staff.screenshot({ path: `${folder}/backoffice.png` });
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
