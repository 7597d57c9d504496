// Logger names as a tree, and what choosing parts of it makes of the prefixes.
import test from 'node:test';
import assert from 'node:assert/strict';

// The module also has an element, which node knows nothing of.
Object.assign(globalThis, {HTMLElement: class {}, customElements: {define() {}}});
const {nameTree, toggleName, isChosen} = await import('../../../www/js/controls/logger-tree.js');

const tree = nameTree([{name: 'root', count: 1}, {name: 'shop', count: 2}, {name: 'shop.db', count: 3},
  {name: 'shop.db.sql', count: 4}, {name: 'shop.http', count: 5}, {name: 'shopping', count: 6}]);

test('counts add up', () => {
  const shop = tree.find((branch) => branch.name === 'shop');
  assert.deepEqual(shop && [shop.count, shop.own, shop.children.map((child) => [child.name, child.count])],
    [14, 2, [['shop.db', 7], ['shop.http', 5]]]);
  assert.deepEqual(tree.map((branch) => branch.part), ['root', 'shop', 'shopping']);
  assert.deepEqual(nameTree([{name: '', count: 3}]).map(({name, count}) => [name, count]), [['', 3]]);
});

for (const [prefixes, name, expected] of /** @type {[string[], string, string[]][]} */ ([
  [[], 'shop.db', ['shop.db']],
  [['root'], 'shop.db', ['root', 'shop.db']],
  [['shop.db', 'root'], 'shop', ['root', 'shop']],
  [['shop.db', 'root'], 'shop.db', ['root']],
  [['shop.'], 'shop.db', ['shop.http']],
  [['shop'], 'shop.db', ['shop.http', 'shopping']],
  [['shop'], 'shop.db.sql', ['shop.http', 'shopping']],
  [['sho'], 'shopping', ['shop']],
])) {
  test(`${prefixes.join()} and a click on ${name}`, () => assert.deepEqual(toggleName(tree, prefixes, name), expected));
}

test('a prefix is the beginning of a name, as the server takes it', () => {
  assert.ok(isChosen('shopping', ['shop']) && !isChosen('shop', ['shopping']));
});
