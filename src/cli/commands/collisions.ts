import type { Command } from 'commander';
import type { Collision } from '../../domain/identifier/colliding-identifiers.ts';
import { audited, settings } from '../running.ts';

export function addCollisions(program: Command): void {
  program
    .command('collisions')
    .description(
      'Print identifiers of an earlier version that have the same canonical form as JSON lines, such as two customer numbers that look the same, and IDs that objects of several types have.',
    )
    .action(async () => {
      const collisions = await audited('collisions', await settings('secret'), async (database, audit) => {
        const { collidingIdentifiers } = await import('../../domain/identifier/colliding-identifiers.ts');
        const { collidingIds } = await import('../../domain/onboarding/colliding-ids.ts');
        const listed = [...(await collidingIdentifiers(database.read)), ...(await collidingIds(database.read))];
        for (const { bankId, identifiers } of listed) {
          const idsOf = (name: string, type: string) =>
            identifiers.flatMap(
              (identifier) => identifier[name] ?? (identifier.objectType === type ? identifier.id : null) ?? [],
            );
          audit.addSubjects({ bankId, customerIds: idsOf('customerId', 'Customer'), userIds: idsOf('userId', 'User') });
        }
        return listed;
      });
      for (const collision of collisions) console.log(lineOf(collision));
    });
}

/** In ASCII, because invisible characters would not be displayed. */
function lineOf(collision: Collision): string {
  return JSON.stringify(collision).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
