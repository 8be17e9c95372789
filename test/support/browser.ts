import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/**
 * Unpacks below TMPDIR. In a process of its own, because TMPDIR and AWS_EXECUTION_ENV are the package's only options: the
 * latter makes it unpack the shared libraries (NSS and others) that a machine without a browser lacks.
 */
const unpack = `
  import chromium from '@sparticuz/chromium';
  console.log(await chromium.executablePath());
`;

/** A real Chromium, unpacked from an npm package for this call; `close` ends it and deletes all that it left. */
export async function openBrowser(): Promise<{ browser: Browser; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  const deleteFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const environment = { ...process.env, TMPDIR: folder, HOME: folder };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], {
      cwd: import.meta.dirname,
      env: { ...environment, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    });
    // The package's own configuration looks for its fonts below /tmp; without any font a page has no text.
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
