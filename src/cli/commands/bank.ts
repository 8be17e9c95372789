import { Argument, type Command } from 'commander';
import type { Database } from '../../database/database.ts';
import { id, retentionPeriod } from '../parsers.ts';
import { audited, settings } from '../running.ts';

type BankAdministration = typeof import('../../domain/bank/bank-administration.ts');

export function addBankCommands(program: Command): void {
  const bank = program.command('bank').description('How a bank works.');
  addSwitch(bank, {
    name: 'four-eyes',
    description: 'Whether a KYC status counts only when a second officer has confirmed it.',
    label: 'Two officers for a KYC status',
    setter: ({ setKycFourEyes }) => setKycFourEyes,
  });
  addSwitch(bank, {
    name: 'kyc-reason',
    description: 'Whether KYC material is given only to who says why.',
    label: 'A reason for KYC material',
    setter: ({ setKycReasonRequired }) => setKycReasonRequired,
  });
  addSwitch(bank, {
    name: 'grant-approval',
    description: 'Set whether a second granter must approve every grant of a role at a bank.',
    label: 'Approval of every grant',
    setter: ({ setGrantApprovalRequired }) => setGrantApprovalRequired,
  });
  addRetention(bank);
}

/** A rule that can be switched on or off for each bank. */
interface Switch {
  name: string;
  description: string;
  label: string;
  setter(administration: BankAdministration): (database: Database, bankId: string, isOn: boolean) => Promise<unknown>;
}

function addSwitch(bank: Command, { name, description, label, setter }: Switch): void {
  bank
    .command(name)
    .description(description)
    .argument('<bank-id>', 'the bank', id)
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action(async (bankId: string, state: 'on' | 'off') => {
      await audited(`bank ${name}`, await settings('secret'), async (database) => {
        const set = setter(await import('../../domain/bank/bank-administration.ts'));
        return set(database, bankId, state === 'on');
      });
      console.log(`${label}: ${state} at ${bankId}.`);
    });
}

function addRetention(bank: Command): void {
  bank
    .command('retention')
    .description('For how long after the last change a customer cannot be deleted.')
    .argument('<bank-id>', 'the bank', id)
    .argument('<period>', 'in days, such as 1826d; or off', retentionPeriod)
    .action(async (bankId: string, days: number | null) => {
      await audited('bank retention', await settings('secret'), async (database) => {
        const { setRetentionDays } = await import('../../domain/bank/bank-administration.ts');
        return setRetentionDays(database, bankId, days);
      });
      console.log(`Retention period of customers: ${days === null ? 'off' : `${days} days`} at ${bankId}.`);
    });
}
