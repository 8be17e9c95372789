import { afterTicks, databaseTicks } from '../base/ticks.ts';

/** Collects the items that are added within `databaseTicks` after the first one, and passes them to `handle` together. */
export function batchPerTick<Item>(handle: (items: readonly Item[]) => void): (item: Item) => void {
  let items: Item[] = [];
  function handleAll(): void {
    const batch = items;
    items = [];
    handle(batch);
  }
  return (item) => {
    if (items.length === 0) afterTicks(databaseTicks, handleAll);
    items.push(item);
  };
}
