/** A batched field is resolved a step after its parents were found, and its loader reads another step after that. */
const steps = 3;

/**
 * Hands on together what is added in one turn: until the running code, and all that it has set off, has ended. What a
 * batched field asks for comes some steps later than what was asked for at once, and is waited for.
 */
export function eachTurn<Item>(handle: (items: readonly Item[]) => void): (item: Item) => void {
  let items: Item[] = [];
  function handOn(): void {
    const added = items;
    items = [];
    handle(added);
  }
  return (item) => {
    if (items.length === 0) afterSteps(steps, handOn);
    items.push(item);
  };
}

function afterSteps(count: number, work: () => void): void {
  process.nextTick(() => (count === 1 ? work() : queueMicrotask(() => afterSteps(count - 1, work))));
}
