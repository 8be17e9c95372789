/**
 * What an import takes, of a small and of a large file: rows a second, and the most memory that its process held.
 *
 *   npm run bench:import -- --database sqlite --small 100000 --large 1000000
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseName, gatewayCommand } from './installation.ts';
import { startPostgresqlServer } from './postgresql-server.ts';
import { mostMegabytes, toldToEnd } from './processes.ts';
import { readSizes } from './sizes.ts';
import { readBankId } from './workloads.ts';

/** How often the memory of the process is looked at. */
const samplingMilliseconds = 200;

interface ImportFigures {
  rows: number;
  seconds: number;
  /** The most that the process held. */
  peakMegabytes: number;
}

/** The same id for the same number, as a UUID is written. */
function idOf(noun: number, index: number): string {
  return `${noun.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

/** A customer in OBP's JSON, and nine rows that belong to it. */
function recordsOf(index: number): object[] {
  const customer = { bank_id: readBankId, customer_id: idOf(1, index) };
  const number = String(1_000_000 + index);
  // Far from its neighbour, as what is imported comes in no order of the indexes.
  const spread = (index * 7_919) % 899_999_999;
  const date = new Date(1_500_000_000_000 + spread * 300).toISOString();
  return [
    {
      ...customer,
      customer_number: number,
      legal_name: `Customer ${spread.toString(36)} Number ${number}`,
      mobile_phone_number: `+44 7${String(100_000_000 + spread)}`,
      email: `customer.${number}@example.com`,
      face_image: { url: `https://www.example.com/faces/${number}.png`, date },
      date_of_birth: '1984-06-12T00:00:00Z',
      relationship_status: 'married',
      dependants: 1,
      dob_of_dependants: ['2012-09-08T00:00:00Z'],
      credit_rating: { rating: 'A', source: 'Credit Office' },
      credit_limit: { currency: 'GBP', amount: '5000.00' },
      highest_education_attained: 'Doctorate',
      employment_status: 'worker',
      kyc_status: true,
      last_ok_date: date,
      title: 'Dr.',
      branch_id: 'HARBOUR1',
      name_suffix: '',
    },
    {
      ...customer,
      customer_address_id: idOf(2, index),
      line_1: `${index} Quayside Row`,
      line_2: 'Flat 3',
      line_3: '',
      city: 'Hull',
      county: '',
      state: 'England',
      postcode: 'HU1 2AB',
      country_code: 'GB',
      tags: ['mailing', 'home'],
      status: 'OK',
      insert_date: date,
    },
    { ...customer, customer_attribute_id: idOf(3, index), name: 'TAX_NUMBER', type: 'STRING', value: number },
    { ...customer, customer_attribute_id: idOf(4, index), name: 'CREDIT_WATCH', type: 'INTEGER', value: '2' },
    { ...customer, tax_residence_id: idOf(5, index), domain: 'UK', tax_number: number },
    { ...customer, customer_number: number, type: 'twitter', handle: `@customer${number}`, date_added: date },
    {
      ...customer,
      id: `check-${index}`,
      customer_number: number,
      date,
      how: 'in branch',
      staff_user_id: idOf(6, 1),
      staff_name: 'Clara Penhallow',
      satisfied: true,
      comments: 'Passport seen in the original.',
    },
    {
      ...customer,
      id: `document-${index}`,
      customer_number: number,
      type: 'passport',
      number,
      issue_date: '2019-10-01T00:00:00Z',
      issue_place: 'Hull',
      expiry_date: '2029-10-01T00:00:00Z',
    },
    { ...customer, customer_number: number, ok: true, date },
    {
      ...customer,
      id: idOf(7, index),
      date,
      message: 'Your documents were checked.',
      from_department: 'KYC',
      from_person: 'Clara Penhallow',
    },
  ];
}

async function writeRecords(file: string, customers: number): Promise<number> {
  const stream = createWriteStream(file);
  let rows = 0;
  const write = async (records: readonly object[]) => {
    rows += records.length;
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    if (!stream.write(lines)) await once(stream, 'drain');
  };
  await write([{ id: readBankId, short_name: 'The bank', full_name: 'The bank of the benchmark' }]);
  for (let index = 0; index < customers; index += 1) await write(recordsOf(index));
  stream.end();
  await once(stream, 'close');
  return rows;
}

async function measureImport(database: DatabaseName, folder: string, customers: number): Promise<ImportFigures> {
  const own = await mkdtemp(join(folder, 'import-'));
  // The user of the PostgreSQL server is another one where this is root.
  await chmod(own, 0o755);
  const file = join(own, 'records.ndjson');
  const rows = await writeRecords(file, customers);
  const server = database === 'postgresql' ? await startPostgresqlServer(own, customers) : null;
  try {
    const begun = performance.now();
    const program = spawn(process.execPath, [...gatewayCommand, 'import', file], {
      env: {
        PATH: process.env.PATH,
        TMPDIR: own,
        NODE_ENV: 'production',
        GATEWAY_SECRET: 'the secret of the benchmark, which guards nothing',
        DATABASE_URL: server?.url ?? `file:${join(own, 'gateway.db')}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outputs = Promise.all([text(program.stdout), text(program.stderr)]);
    const ended = once(program, 'exit');
    let isRunning = true;
    ended.then(() => {
      isRunning = false;
    });
    let peakMegabytes = 0;
    while (isRunning) {
      peakMegabytes = Math.max(peakMegabytes, await mostMegabytes(program.pid ?? 0).catch(() => 0));
      await Promise.race([ended, sleep(samplingMilliseconds)]);
    }
    const [code] = await ended;
    const seconds = (performance.now() - begun) / 1000;
    const printed = (await outputs).join('\n');
    if (code !== 0) throw new Error(`The import failed:\n${printed.slice(-3000)}`);
    console.error(printed.trimEnd());
    return { rows, seconds, peakMegabytes };
  } finally {
    await server?.stop();
    await rm(own, { recursive: true, force: true });
  }
}

const { database, small, large } = readSizes({ small: 100_000, large: 1_000_000 });
const ended = toldToEnd();
const folder = await mkdtemp(join(tmpdir(), 'gateway-import-'));
await chmod(folder, 0o755);
try {
  for (const customers of [small, large]) {
    const { rows, seconds, peakMegabytes } = await Promise.race([measureImport(database, folder, customers), ended]);
    const speed = `${(rows / seconds).toFixed(0)} rows a second`;
    console.log(
      `${customers} customers: ${rows} rows in ${seconds.toFixed(0)} s, ${speed}, ${peakMegabytes.toFixed(0)} MB`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
