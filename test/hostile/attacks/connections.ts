/** Connections that are opened, held open, or never read. Other clients must be served meanwhile. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, type AttackOptions, attack, type Scene } from '../attack.ts';
import { openSocket, type Reply } from '../client.ts';

const bounds = { cpuMilliseconds: 3_000, bytes: 100_000_000, megabytes: 150, silentSeconds: 1 };

const headers = (token: string | null, length: number) =>
  [
    'POST /graphql HTTP/1.1',
    'host: a',
    'content-type: application/json',
    ...(token === null ? [] : [`authorization: Bearer ${token}`]),
    `content-length: ${length}`,
    '',
    '',
  ].join('\r\n');

function requestOf(query: string, token: string | null = null): string {
  const body = JSON.stringify({ query });
  return headers(token, Buffer.byteLength(body)) + body;
}

const live = 'GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n';

/** The replies of attacks that do not read responses. Their bounds limit the silence for other clients. */
const noReplies: Reply[] = [];

/** Opens connections from several addresses, uses each, and closes them after `scene.seconds`. */
async function hold(
  scene: Scene,
  count: number,
  addressCount: number,
  use: (socket: Socket, index: number) => void,
  meanwhile: (sockets: readonly Socket[]) => void = () => undefined,
): Promise<Reply[]> {
  const addresses = Array.from({ length: addressCount }, () => scene.newAddress());
  const sockets: Socket[] = [];
  const end = performance.now() + scene.seconds * 1_000;
  for (let from = 0; from < count; from += 50) {
    const opened = await Promise.all(
      Array.from({ length: Math.min(50, count - from) }, async (_, index) => {
        const socket = await openSocket(scene.port, addresses[(from + index) % addressCount] ?? '');
        if (socket !== null) use(socket, from + index);
        return socket;
      }),
    );
    for (const socket of opened) if (socket !== null) sockets.push(socket);
  }
  while (performance.now() < end) {
    meanwhile(sockets.filter(({ destroyed }) => !destroyed));
    await sleep(200);
  }
  for (const socket of sockets) socket.destroy();
  return noReplies;
}

function held(name: string, send: Attack['send'], options: AttackOptions = {}): Attack {
  return attack(name, send, { ...options, bounds: { ...bounds, ...options.bounds } });
}

const idle = (socket: Socket) => {
  socket.resume();
  socket.write(live);
};
const oneByte = (sockets: readonly Socket[]) => {
  for (const socket of sockets) socket.write('a');
};

const routings = 'accounts { routings { scheme address } }';
const longResponse = `{ me { ${routings} } }`;

const unread: Attack[] = [
  held(
    'five connections that never read 11 MB',
    (scene) => {
      const { token } = scene.newUser('holder');
      return hold(scene, 5, 1, (socket) => {
        socket.pause();
        socket.write(requestOf(longResponse, token).repeat(scene.seconds < 10 ? 1 : 4));
      });
    },
    { bounds: { megabytes: 250, cpuMilliseconds: 12_000 } },
  ),
  held(
    'fifty connections that never read 11 MB',
    (scene) => {
      const { token } = scene.newUser('holder');
      return hold(scene, 50, 5, (socket) => {
        socket.pause();
        socket.write(requestOf(longResponse, token));
      });
    },
    { isLong: true, bounds: { megabytes: 350, cpuMilliseconds: 60_000, silentSeconds: 2.5 } },
  ),
  held(
    'a connection that reads 1 kB at a time',
    (scene) => {
      const { token } = scene.newUser('holder');
      return hold(
        scene,
        3,
        1,
        (socket) => {
          socket.pause();
          socket.write(requestOf(longResponse, token));
        },
        (sockets) => {
          for (const socket of sockets) socket.read(1_024);
        },
      );
    },
    { bounds: { megabytes: 200, cpuMilliseconds: 8_000 } },
  ),
  held(
    '20,000 requests in one connection that reads nothing',
    (scene) =>
      hold(scene, 1, 1, (socket) => {
        socket.pause();
        for (let sent = 0; sent < 20; sent += 1) socket.write(live.repeat(1_000));
      }),
    { bounds: { cpuMilliseconds: 6_000 } },
  ),
  held(
    '2,000 operations in one connection that reads nothing',
    (scene) => {
      const { token } = scene.newUser('registered');
      return hold(scene, 1, 1, (socket) => {
        socket.pause();
        socket.write(requestOf('{ me { id } }', token).repeat(2_000));
      });
    },
    { bounds: { cpuMilliseconds: 6_000 } },
  ),
];

const many: Attack[] = [
  held('1,000 idle connections of one address', (scene) => hold(scene, 1_000, 1, idle)),
  held('1,000 idle connections of 20 addresses', (scene) => hold(scene, 1_000, 20, idle)),
  held('1,000 connections of 20 addresses that send nothing', (scene) => hold(scene, 1_000, 20, () => undefined)),
  held('1,000 slow headers of one address', (scene) =>
    hold(scene, 1_000, 1, (socket) => socket.write('POST /graphql HTTP/1.1\r\nhost: a\r\nx-a: '), oneByte),
  ),
  held('1,000 slow headers of 20 addresses', (scene) =>
    hold(scene, 1_000, 20, (socket) => socket.write('POST /graphql HTTP/1.1\r\nhost: a\r\nx-a: '), oneByte),
  ),
  held('1,000 slow bodies of one address', (scene) =>
    hold(scene, 1_000, 1, (socket) => socket.write(`${headers(null, 200_000)}{"query":"`), oneByte),
  ),
  held('1,000 slow bodies of 20 addresses', (scene) =>
    hold(scene, 1_000, 20, (socket) => socket.write(`${headers(null, 200_000)}{"query":"`), oneByte),
  ),
  held('1,000 slow chunks of 20 addresses', (scene) =>
    hold(
      scene,
      1_000,
      20,
      (socket) =>
        socket.write(
          'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
        ),
      (sockets) => {
        for (const socket of sockets) socket.write('1\r\n \r\n');
      },
    ),
  ),
  held('100 bodies of 250 kB that stop before their end', (scene) =>
    hold(scene, 100, 1, (socket) => socket.write(`${headers(null, 250_000)}${' '.repeat(249_000)}`)),
  ),
  held('1,000 connections that are reset', (scene) =>
    hold(scene, 1_000, 4, (socket) => {
      socket.write(requestOf('{ __typename }'), () => socket.resetAndDestroy());
    }),
  ),
  held(
    'requests whose client closes its side of the connection',
    (scene) =>
      hold(scene, scene.seconds < 10 ? 100 : 500, 5, (socket) => {
        socket.resume();
        socket.end(requestOf('{ banks { id } }'));
      }),
    { bounds: { cpuMilliseconds: 8_000 } },
  ),
  held('connections that are opened and closed continuously', async (scene) => {
    const address = scene.newAddress();
    const end = performance.now() + scene.seconds * 500;
    while (performance.now() < end) {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(scene.port, address)));
      for (const socket of sockets) socket?.destroy();
    }
    return noReplies;
  }),
];

export const connectionAttacks: Attack[] = [...many, ...unread];
