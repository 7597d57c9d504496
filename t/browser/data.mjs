// Records as Python programs send them, the same in every run: a shop with loggers, levels, tracebacks, users.

/** @typedef {import('./site.mjs').Fields} Fields */

export const END = Date.UTC(2025, 4, 20, 12) / 1000;
const STEP = 61.25;
const LEVELS = [10, 20, 20, 20, 30, 20, 20, 40, 20, 50];
const NAMES = ['shop', 'shop.cart', 'shop.cart.checkout', 'shop.db', 'auth', 'auth.session', 'mail.queue'];
const LEVEL_NAMES = new Map([[10, 'DEBUG'], [20, 'INFO'], [30, 'WARNING'], [40, 'ERROR'], [50, 'CRITICAL']]);

export const TRACEBACK = `Traceback (most recent call last):
  File "/srv/shop/db.py", line 41, in execute
    return self.cursor.execute(statement, values)
           ~~~~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/sqlite3/dbapi.py", line 7, in execute
    raise error
sqlite3.OperationalError: database is locked

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/views.py", line 12, in checkout
    order = pay(cart)
            ^^^^^^^^^
  File "/srv/shop/cart.py", line 388, in pay
    raise PaymentError(f'order {number} was not paid') from error
shop.errors.PaymentError: order 4711 was not paid`;

/** @param {number} number from 0, the oldest @param {number} of how many @returns {Fields} */
export function record(number, of) {
  const levelno = LEVELS[number % LEVELS.length];
  const name = NAMES[number % NAMES.length];
  const failed = levelno === 40;
  const user = number % 23;
  return {
    name, levelno, levelname: LEVEL_NAMES.get(levelno), created: END - (of - 1 - number) * STEP,
    msg: failed ? 'Order %d was not paid' : levelno === 50 ? 'Disk %s is full' : 'Order %d took %d ms',
    args: failed ? [number] : levelno === 50 ? ['/dev/sda1'] : [number, number % 500],
    message: failed ? `Order ${number} was not paid` : levelno === 50 ? 'Disk /dev/sda1 is full' : `Order ${number} took ${number % 500} ms`,
    pathname: `/srv/shop/${name.split('.').at(-1)}.py`, filename: `${name.split('.').at(-1)}.py`, module: name.split('.').at(-1),
    lineno: 10 + number % 90, funcName: 'run', process: 1000 + number % 3, processName: 'MainProcess',
    thread: 140000 + number % 5, threadName: `Thread-${number % 5}`, taskName: null,
    exc_info: failed ? '(<class \'KeyError\'>, KeyError(\'user_id\'), <traceback object at 0x7f12ac>)' : null,
    exc_text: failed && number % 20 === 7 ? TRACEBACK : null,
    user: {id: user, name: `user ${user}`, tags: user % 2 ? ['new', 'eu'] : []}, status: number % 6 ? 200 : 500, number,
  };
}

/** @param {number} of how many @returns {Fields[]} oldest first */
export function records(of) {
  return Array.from({length: of}, (_, number) => record(number, of));
}
