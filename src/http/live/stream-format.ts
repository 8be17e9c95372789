/** How a stream of results is written. */
export interface StreamFormat {
  contentType: string;
  /** Sent at once, so that proxies and clients see that the stream is open. */
  opening: string;
  /** Sent while there is nothing else, so that proxies do not close the connection. */
  heartbeat: string;
  /** `json` is the text of a result. `cursor` is null if the stream cannot be resumed after it. */
  result(json: string, cursor: string | null): string;
  /** The end of a stream that the client must not resume. */
  completion: string;
}

/** GraphQL over Server-Sent Events, with distinct connections. */
const serverSentEvents: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  result: (json, cursor) => `${cursor === null ? '' : `id: ${cursor}\n`}event: next\ndata: ${json}\n\n`,
  completion: 'event: complete\ndata: \n\n',
};

function part(json: string): string {
  // The boundary ends the part. At the beginning of the next part, it would delay each event until the next one.
  return `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;
}

/** The multipart protocol of Apollo Client. */
const multipart: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  opening: '--graphql',
  heartbeat: part('{}'),
  result: (json) => part(`{"payload":${json}}`),
  completion: '--\r\n',
};

function mediaTypes(accept: string): string[] {
  return accept.split(',').map((range) => range.trim().toLowerCase());
}

/** The format of a stream that the client accepts. Null if it accepts none. */
export function streamFormatOf(accept = ''): StreamFormat | null {
  const types = mediaTypes(accept);
  if (types.some((type) => /^text\/event-stream(;|$)/.test(type))) return serverSentEvents;
  return types.some((type) => /^multipart\/mixed;.*subscriptionspec/.test(type)) ? multipart : null;
}

/** Whether the client accepts nothing but streams, so that the response to a query is a stream with one result. */
export function acceptsOnlyStreams(accept = ''): boolean {
  const isJson = (type: string) => /^(application\/(\*|json|graphql-response\+json)|\*\/\*)(;|$)/.test(type);
  return streamFormatOf(accept) !== null && !mediaTypes(accept).some(isJson);
}
