/**
 * Hands on together what is added in one turn: until the running code, and all that it has set off, has ended. What a
 * batched field asks for comes a step later than what was asked for at once, and is waited for.
 */
export function eachTurn<Item>(handle: (items: readonly Item[]) => void): (item: Item) => void {
  let items: Item[] = [];
  function handOn(): void {
    const added = items;
    items = [];
    handle(added);
  }
  return (item) => {
    if (items.length === 0) process.nextTick(() => queueMicrotask(() => process.nextTick(handOn)));
    items.push(item);
  };
}
