// Puts the address this page came from into the examples, and says how many records there are.

const base = new URL('.', location.href);

/** @param {string} name @param {string} text */
function fill(name, text) {
  for (const element of document.querySelectorAll('.' + name)) {
    element.textContent = text;
  }
}

fill('host', base.host);
fill('origin', base.origin);
fill('base', base.pathname);
fill('secure', base.protocol === 'https:' ? ' secure=True,' : '');

const answer = await fetch('api/v1/record', {method: 'HEAD'});
const count = document.getElementById('count');
if (count) {
  count.textContent = answer.ok
    ? `it holds ${Number(answer.headers.get('X-Record-Count')).toLocaleString()} records`
    : `it says: ${answer.headers.get('X-Error-Message') ?? answer.statusText}`;
}
