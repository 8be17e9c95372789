/** Measures the import of a small and of a large file: rows per second, and the maximum memory of the process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from './command-line.ts';
import { type DatabaseName, gatewayCommand } from './installation.ts';
import { startPostgresqlServer } from './postgresql-server.ts';
import { maxResidentMegabytes, rejectOnSignal } from './processes.ts';
import { readSizes, type Sizes, sizeOptions } from './sizes.ts';
import { readBankId } from './workloads.ts';

const usage = `Usage: npm run bench:import -- [options]

Imports a small and a large file of customers, with ten rows for each customer. Prints rows per second and the maximum
memory.

  --database NAME   sqlite or postgresql (default: sqlite)
  --small NUMBER    number of customers in the small file (default: 100000)
  --large NUMBER    number of customers in the large file (default: 1000000)
  --help            print this text`;

/** The interval between two readings of the memory. */
const samplingMilliseconds = 200;

interface ImportFigures {
  rows: number;
  seconds: number;
  /** The maximum resident memory of the process. */
  maxMegabytes: number;
}

/** Returns a UUID that depends only on the entity and the index, so that records can reference each other. */
function idOf(entity: number, index: number): string {
  return `${entity.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

/** The records of one customer in OBP formats: the customer, and nine that belong to it. */
function recordsOf(index: number): object[] {
  const customer = { bank_id: readBankId, customer_id: idOf(1, index) };
  const number = String(1_000_000 + index);
  // Neighbouring customers get distant values, because real imports are not sorted by the indexed columns.
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
  const ownFolder = await mkdtemp(join(folder, 'import-'));
  // The PostgreSQL server runs as another user if this process runs as root.
  await chmod(ownFolder, 0o755);
  const file = join(ownFolder, 'records.ndjson');
  const rows = await writeRecords(file, customers);
  const server = database === 'postgresql' ? await startPostgresqlServer(ownFolder, customers) : null;
  try {
    const start = performance.now();
    const program = spawn(process.execPath, [...gatewayCommand, 'import', file], {
      env: {
        PATH: process.env.PATH,
        TMPDIR: ownFolder,
        NODE_ENV: 'production',
        GATEWAY_SECRET: 'a secret for the benchmark, which protects nothing',
        DATABASE_URL: server?.url ?? `file:${join(ownFolder, 'gateway.db')}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outputs = Promise.all([text(program.stdout), text(program.stderr)]);
    const exited = once(program, 'exit');
    let isRunning = true;
    exited.then(() => {
      isRunning = false;
    });
    let maxMegabytes = 0;
    while (isRunning) {
      maxMegabytes = Math.max(maxMegabytes, await maxResidentMegabytes(program.pid ?? 0).catch(() => 0));
      await Promise.race([exited, sleep(samplingMilliseconds)]);
    }
    const [code] = await exited;
    const seconds = (performance.now() - start) / 1000;
    const output = (await outputs).join('\n');
    if (code !== 0) throw new Error(`The import failed:\n${output.slice(-3000)}`);
    console.error(output.trimEnd());
    return { rows, seconds, maxMegabytes };
  } finally {
    await server?.stop();
    await rm(ownFolder, { recursive: true, force: true });
  }
}

async function measureImports({ database, small, large }: Sizes): Promise<void> {
  const interrupted = rejectOnSignal();
  const folder = await mkdtemp(join(tmpdir(), 'gateway-import-'));
  await chmod(folder, 0o755);
  try {
    for (const customers of [small, large]) {
      const figures = await Promise.race([measureImport(database, folder, customers), interrupted]);
      const { rows, seconds, maxMegabytes } = figures;
      const throughput = `${(rows / seconds).toFixed(0)} rows/s`;
      const memory = `at most ${maxMegabytes.toFixed(0)} MB`;
      console.log(`${customers} customers: ${rows} rows in ${seconds.toFixed(0)} s, ${throughput}, ${memory}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await runProgram(usage, sizeOptions, async (values) => {
  await measureImports(readSizes(values, { small: 100_000, large: 1_000_000 }));
});
