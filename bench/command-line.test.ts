import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readInteger, readNames, UsageError } from './command-line.ts';

describe('readInteger', () => {
  test('returns the default if the option is omitted', () => {
    assert.equal(readInteger('--rounds', undefined, 7), 7);
  });

  test('fails unless the value is an integer greater than 0', () => {
    for (const text of ['0', '-1', '1.5', 'many']) {
      assert.throws(() => readInteger('--rounds', text, 7), UsageError);
    }
  });
});

describe('readNames', () => {
  test('returns the chosen names in the order of all names', () => {
    assert.deepEqual(readNames('--only', 'me, overview', ['overview', 'page', 'me']), ['overview', 'me']);
  });

  test('fails for an unknown name', () => {
    assert.throws(() => readNames('--only', 'me,you', ['overview', 'page', 'me']), UsageError);
  });
});

for (const program of ['main.ts', 'scale.ts', 'mixed-load.ts', 'import.ts', 'hostile.ts']) {
  describe(`the command line of ${program}`, () => {
    const run = (option: string) =>
      spawnSync(process.execPath, [join(import.meta.dirname, program), option], { encoding: 'utf8' });

    test('prints the usage for --help', () => {
      const { status, stdout } = run('--help');

      assert.equal(status, 0);
      assert.match(stdout, /^Usage: npm run bench/);
    });

    test('prints the mistake and the usage, and exits with 2, for an unknown option', () => {
      const { status, stdout, stderr } = run('--unknown');

      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^Unknown option '--unknown'[\s\S]*\nUsage: npm run bench/);
    });
  });
}
