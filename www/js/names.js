// Logger names as a tree, and the prefixes that choose parts of it.

/** @typedef {{name: string, count: number}} Named */
/**
 * @typedef {object} Branch
 * @property {string} part its own part of the name
 * @property {string} name whole; also its prefix
 * @property {number} count of it and all below
 * @property {number} own of itself
 * @property {Branch[]} children
 */

/** @param {Named[]} list */
export function nameTree(list) {
  const root = /** @type {Branch} */ ({part: '', name: '', count: 0, own: 0, children: []});
  for (const {name, count} of list) {
    let branch = root;
    const parts = name.split('.');
    parts.forEach((part, i) => {
      const whole = parts.slice(0, i + 1).join('.');
      let child = branch.children.find((other) => other.part === part);
      if (!child) {
        branch.children.push(child = {part, name: whole, count: 0, own: 0, children: []});
      }
      child.count += count;
      branch = child;
    });
    branch.own += count;
  }
  return root.children;
}

/** As the server takes a prefix. @param {string} name @param {string[]} prefixes */
export function isChosen(name, prefixes) {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

/** A name, or something below it. @param {string} other @param {string} name */
function isWithin(other, name) {
  return other === name || other.startsWith(name + '.');
}

/** Prefixes for a branch without a part of it. @param {Branch} branch @param {string} name @returns {string[]} */
function without(branch, name) {
  return branch.name === name ? [] : isWithin(name, branch.name)
    ? branch.children.flatMap((child) => without(child, name)) : [branch.name];
}

/** The uppermost branches that a prefix chooses. @param {Branch[]} tree @param {string} prefix @returns {Branch[]} */
function covered(tree, prefix) {
  return tree.flatMap((branch) => branch.name.startsWith(prefix) ? [branch] : covered(branch.children, prefix));
}

/**
 * Chooses a name and what is below it, or no longer. Where a shorter prefix had chosen it,
 * everything else that this had chosen takes its place.
 * @param {Branch[]} tree @param {string[]} prefixes @param {string} name
 */
export function toggleName(tree, prefixes, name) {
  if (!isChosen(name, prefixes)) {
    return [...prefixes.filter((prefix) => !prefix.startsWith(name)), name];
  }
  return prefixes.filter((prefix) => !isWithin(prefix, name))
    .flatMap((prefix) => name.startsWith(prefix) ? covered(tree, prefix).flatMap((branch) => without(branch, name))
      : [prefix]);
}
