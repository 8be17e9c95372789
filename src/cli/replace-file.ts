import { type FileHandle, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

interface Access {
  uid: number;
  gid: number;
  mode: number;
}

const permissionBits = 0o7777;

/**
 * Replaces the text of a file at once: a reader, and a machine that loses power, has the former text or the new one. The file keeps
 * its owner, its group, and its mode, so that the programs that read it still can. A symbolic link still leads to the file.
 *
 * @throws if the new file cannot have the same owner. Nothing is changed then.
 */
export async function replaceFile(path: string, newText: (text: string) => string): Promise<Access> {
  const { text, access } = await readWithAccess(path);
  const replacement = newText(text);
  const file = await realpath(path);
  const newFile = `${file}.new`;
  const handle = await openNew(newFile);
  try {
    // Before the file contains anything. A change of the owner can remove bits of the mode.
    await setAccess(handle, access, file);
    await handle.writeFile(replacement);
    await handle.sync();
    await handle.close();
    await rename(newFile, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(newFile, { force: true });
    throw error;
  }
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return access;
}

async function readWithAccess(path: string): Promise<{ text: string; access: Access }> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`${path} must be a file.`);
    return { text: await handle.readFile('utf8'), access: accessOf(stats) };
  } finally {
    await handle.close();
  }
}

function accessOf({ uid, gid, mode }: Access): Access {
  return { uid, gid, mode: mode & permissionBits };
}

/** The name is the lock: two replacements at the same time would lose one of them. */
async function openNew(newFile: string): Promise<FileHandle> {
  try {
    return await open(newFile, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const message = `${newFile} exists: another command replaces the file, or was killed while it did. Delete ${newFile} if no such command is running.`;
    throw new Error(message, { cause: error });
  }
}

async function setAccess(handle: FileHandle, access: Access, file: string): Promise<void> {
  const refuse = (cause?: unknown) => {
    const message = `${file} would lose its owner, its group, or its mode, so nothing was changed. Run the command as the owner of the file (user ${access.uid}, group ${access.gid}) or as root.`;
    return new Error(message, { cause });
  };
  const { uid, gid } = await handle.stat();
  if (uid !== access.uid || gid !== access.gid) {
    await handle.chown(access.uid, access.gid).catch((cause) => {
      throw refuse(cause);
    });
  }
  await handle.chmod(access.mode);
  // Some file systems accept these calls and ignore them.
  const actual = accessOf(await handle.stat());
  if (actual.uid !== access.uid || actual.gid !== access.gid || actual.mode !== access.mode) throw refuse();
}
