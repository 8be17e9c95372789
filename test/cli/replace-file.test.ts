import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { replaceFile } from '../../src/cli/replace-file.ts';
import { buildProgram, runProgram } from '../support/program.ts';

const isRoot = process.geteuid?.() === 0;
/** The server's account, and another one. Accounts need no name. */
const server = { uid: 51_234, gid: 51_235 };
const other = { uid: 51_236, gid: 51_237 };

let folder: string;
let file: string;

beforeAll(buildProgram, 120_000);

beforeEach(async () => {
  // The folder of the tests can be entered by its owner only.
  folder = await mkdtemp('/tmp/replace-file-');
  await chmod(folder, 0o777);
  file = join(folder, 'keys.json');
  await writeFile(file, 'before', { mode: 0o640 });
  await chmod(file, 0o640);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function accessOf(path: string) {
  const { uid, gid, mode } = await stat(path);
  return { uid, gid, mode: (mode & 0o7777).toString(8) };
}

/** Does the work with the rights of another account. Only root can become another one. */
async function as<Result>({ uid, gid }: typeof server, work: () => Promise<Result>): Promise<Result> {
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

async function expectUnchanged(before: Awaited<ReturnType<typeof accessOf>>) {
  expect(await readdir(folder)).toEqual(['keys.json']);
  expect([await readFile(file, 'utf8'), await accessOf(file)]).toEqual(['before', before]);
}

describe('a replaced file', () => {
  test('keeps its owner, its group, and its mode', async () => {
    if (isRoot) await chown(file, server.uid, server.gid);
    const before = await accessOf(file);

    await replaceFile(file, (text) => `${text} and after`);

    expect(await readFile(file, 'utf8')).toBe('before and after');
    expect(await accessOf(file)).toEqual(before);
    expect(before).toMatchObject({ mode: '640', ...(isRoot ? server : {}) });
    expect(await readdir(folder)).toEqual(['keys.json']);
  });

  test.each(['400', '600', '640', '644', '660'])('keeps the mode %s, whatever the umask is', async (mode) => {
    await chmod(file, Number.parseInt(mode, 8));
    await replaceFile(file, () => 'after');
    expect(await accessOf(file)).toMatchObject({ mode });
  });

  test('is the target of a symbolic link, which remains', async () => {
    await mkdir(join(folder, 'mounted'));
    const link = join(folder, 'mounted', 'link.json');
    await symlink('../keys.json', link);

    await replaceFile(link, () => 'after');

    expect(await readFile(file, 'utf8')).toBe('after');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readdir(join(folder, 'mounted'))).toEqual(['link.json']);
  });

  test('is unchanged if its owner cannot be kept', async () => {
    if (isRoot) {
      await chmod(file, 0o644);
      const before = await accessOf(file);
      const replaced = as(server, () => replaceFile(file, () => 'after'));
      await expect(replaced).rejects.toThrow(
        `${file} would lose its owner, its group, or its mode, so nothing was changed. Run the command as the owner of the file (user 0, group 0) or as root.`,
      );
      await expectUnchanged(before);
    } else {
      // Only root can create a file of another account, but every machine has one in a folder that others cannot write.
      const before = await readFile('/etc/passwd', 'utf8');
      await expect(replaceFile('/etc/passwd', () => 'after')).rejects.toThrow('EACCES');
      expect(await readFile('/etc/passwd', 'utf8')).toBe(before);
    }
  });

  test('is unchanged if its group cannot be kept, although the owner replaces it', async () => {
    const groups = process.getgroups?.() ?? [];
    if (!isRoot) {
      // Other accounts can still choose among their own groups.
      for (const gid of groups) {
        await chown(file, process.geteuid?.() ?? 0, gid);
        await replaceFile(file, () => 'after');
        expect(await accessOf(file)).toMatchObject({ gid });
      }
      return;
    }
    await chown(file, server.uid, other.gid);
    const before = await accessOf(file);
    await expect(as(server, () => replaceFile(file, () => 'after'))).rejects.toThrow('so nothing was changed');
    await expectUnchanged(before);
  });

  test('is unchanged if the new text cannot be made, or while another command replaces it', async () => {
    const before = await accessOf(file);
    const failing = replaceFile(file, () => {
      throw new Error('no text');
    });
    await expect(failing).rejects.toThrow('no text');
    await expectUnchanged(before);
    await writeFile(`${file}.new`, '');
    await expect(replaceFile(file, () => 'after')).rejects.toThrow(`${file}.new exists: another command`);
    await rm(`${file}.new`);
    await expectUnchanged(before);
  });

  test('is never read in part', async () => {
    const long = (letter: string) => letter.repeat(200_000);
    await writeFile(file, long('a'));
    const reads = new Set<string>();
    let isRunning = true;
    const reading = (async () => {
      while (isRunning) reads.add(await readFile(file, 'utf8'));
    })();
    for (const letter of ['b', 'c', 'd', 'e']) await replaceFile(file, () => long(letter));
    isRunning = false;
    await reading;
    expect([...reads].filter((text) => text.length !== 200_000 || new Set(text).size !== 1)).toEqual([]);
  });
});

describe('keys rotate', () => {
  test('keeps the owner and the mode of the file, and warns if other accounts can access it', async () => {
    await rm(file);
    expect(await runProgram(['keys', 'create', file])).toMatchObject({ exitCode: 0 });
    await chmod(file, 0o640);
    if (isRoot) await chown(file, server.uid, server.gid);
    const before = await accessOf(file);

    expect(await runProgram(['keys', 'rotate', file])).toMatchObject({ exitCode: 0, errors: '' });

    expect(JSON.parse(await readFile(file, 'utf8')).keys).toHaveLength(2);
    expect(await accessOf(file)).toEqual(before);
    await chmod(file, 0o644);
    const { exitCode, errors } = await runProgram(['keys', 'rotate', file]);
    expect([exitCode, errors]).toEqual([
      0,
      `Other accounts can access ${file} (mode 644). Consider chmod o-rwx ${file}.\n`,
    ]);
    expect(await accessOf(file)).toMatchObject({ mode: '644' });
  });

  test('names a file whose keys cannot be read, and leaves it unchanged', async () => {
    const text = randomBytes(20).toString('hex');
    await writeFile(file, text);
    const { exitCode, errors } = await runProgram(['keys', 'rotate', file]);
    expect(exitCode).toBe(1);
    expect(errors).not.toContain(text);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['keys.json']);
  });
});
