import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/**
 * Unpacks Chromium below TMPDIR. Runs in a separate process, because the environment variables TMPDIR and
 * AWS_EXECUTION_ENV are the package's only options. The latter makes it unpack shared libraries that a machine without
 * a browser lacks.
 */
const unpack = `
  import chromium from '@sparticuz/chromium';
  console.log(await chromium.executablePath());
`;

/** Unpacks and starts a real Chromium from an npm package. `close` stops it and deletes its files. */
export async function openBrowser(): Promise<{ browser: Browser; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  const deleteFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const environment = { ...process.env, TMPDIR: folder, HOME: folder };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], {
      cwd: import.meta.dirname,
      env: { ...environment, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    });
    // The package's own configuration searches for fonts below /tmp, and without fonts a page does not show text.
    const fontsConfiguration = join(folder, 'fonts.conf');
    await writeFile(
      fontsConfiguration,
      `<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>`,
    );
    const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH];
    const browser = await chromium.launch({
      executablePath: stdout.trim(),
      headless: true,
      env: {
        ...environment,
        LD_LIBRARY_PATH: libraries.filter(Boolean).join(':'),
        FONTCONFIG_FILE: fontsConfiguration,
      },
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    });
    return {
      browser,
      async close() {
        await browser.close();
        await deleteFolder();
      },
    };
  } catch (error) {
    await deleteFolder();
    throw error;
  }
}
