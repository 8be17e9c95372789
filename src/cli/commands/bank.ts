import { Argument, type Command } from 'commander';
import type { Database } from '../../database/database.ts';
import { id, retentionPeriod } from '../parsers.ts';
import { audited, settings } from '../running.ts';

type BankAdministration = typeof import('../../domain/bank/bank-administration.ts');

export function addBankCommands(program: Command): void {
  const bank = program.command('bank').description('Manage the rules of a bank.');
  addSwitch(bank, {
    name: 'four-eyes',
    description: 'Set whether a second officer must confirm every KYC status at a bank.',
    label: 'Four-eyes principle for KYC statuses',
    setter: ({ setKycFourEyes }) => setKycFourEyes,
  });
  addSwitch(bank, {
    name: 'kyc-reason',
    description: 'Set whether access to KYC material at a bank requires a reason, in the X-Reason header.',
    label: 'Reason requirement for KYC material',
    setter: ({ setKycReasonRequired }) => setKycReasonRequired,
  });
  addSwitch(bank, {
    name: 'grant-approval',
    description: 'Set whether a second granter must approve every grant of a role at a bank.',
    label: 'Approval requirement for grants',
    setter: ({ setGrantApprovalRequired }) => setGrantApprovalRequired,
  });
  addRetention(bank);
  addReview(bank);
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
    .argument('<bank-id>', 'ID of the bank', id)
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action(async (bankId: string, state: 'on' | 'off') => {
      await audited(`bank ${name}`, await settings('secret'), async (database) => {
        const set = setter(await import('../../domain/bank/bank-administration.ts'));
        return set(database, bankId, state === 'on');
      });
      console.log(`${label} switched ${state} at ${bankId}.`);
    });
}

function addRetention(bank: Command): void {
  bank
    .command('retention')
    .description(
      'Set the retention period of a bank: how long a customer cannot be deleted after the closing, or else the last change.',
    )
    .argument('<bank-id>', 'ID of the bank', id)
    .argument('<period>', 'number of days from 1d to 36525d, such as 1826d, or off', retentionPeriod)
    .action(async (bankId: string, days: number | null) => {
      await audited('bank retention', await settings('secret'), async (database) => {
        const { setRetentionDays } = await import('../../domain/bank/bank-administration.ts');
        return setRetentionDays(database, bankId, days);
      });
      console.log(
        `Retention period of customers ${days === null ? 'switched off' : `set to ${days} days`} at ${bankId}.`,
      );
    });
}

interface ReviewOptions {
  attribute?: string;
  value?: string;
}

function addReview(bank: Command): void {
  bank
    .command('review')
    .description(
      'Set the review interval of a bank: after how many days a customer who was found ok must be reviewed. If several intervals apply to a customer, the shortest counts.',
    )
    .argument('<bank-id>', 'ID of the bank', id)
    .argument('<interval>', 'number of days from 1d to 36525d, such as 365d, or off', retentionPeriod)
    .option('--attribute <name>', 'only for customers with this attribute, such as RISK_LEVEL')
    .option('--value <text>', 'the value of the attribute, such as HIGH')
    .action(
      async (bankId: string, days: number | null, { attribute: name, value }: ReviewOptions, command: Command) => {
        if ((name === undefined) !== (value === undefined)) {
          command.error('error: --attribute and --value must be used together', { exitCode: 2 });
        }
        const attribute = name === undefined || value === undefined ? null : { name, value };
        await audited('bank review', await settings('secret'), async (database) => {
          const { setReviewInterval } = await import('../../domain/bank/bank-administration.ts');
          const { refreshReviewDatesOfBank } = await import('../../domain/customer/review-dates.ts');
          await setReviewInterval(database, bankId, attribute, days);
          // Repeating the command continues where an interrupted one stopped.
          await refreshReviewDatesOfBank(database, bankId);
        });
        const customers =
          attribute === null ? 'all customers' : `customers with ${attribute.name} = ${attribute.value}`;
        console.log(
          `Review interval of ${customers} ${days === null ? 'switched off' : `set to ${days} days`} at ${bankId}.`,
        );
      },
    );
}
