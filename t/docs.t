#!/usr/bin/env python3
"""README, NEWS, the man pages, --help and the code say the same."""
import ast
import logging
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

MAN = SOURCE / 'man'
WORKER_PAGE = 'chronologer-fcgi.8'
TOOL_PAGE = 'chronologer.8'
CONF_PAGE = 'chronologer.conf.5'
API_PAGE = 'chronologer-api.7'
QUERY_PAGE = 'chronologer-query.7'
HANDLER_PAGE = 'chronologer-handler.7'
CLUSTER_PAGE = 'chronologer-cluster.7'
PAGES = [WORKER_PAGE, TOOL_PAGE, CONF_PAGE, API_PAGE, QUERY_PAGE, HANDLER_PAGE, CLUSTER_PAGE]

# What the pages say that the build was configured with.
PATHS = {'SYSCONFDIR': '/etc', 'LOCALSTATEDIR': '/var', 'PKGDATADIR': '/usr/share/chronologer'}

EXITS = {'EX_USAGE': 64, 'EX_DATAERR': 65, 'EX_NOINPUT': 66, 'EX_UNAVAILABLE': 69, 'EX_SOFTWARE': 70,
  'EX_TEMPFAIL': 75, 'EX_CONFIG': 78}

# Directories of the tree that prose names files of, and those that exist only after a build.
DIRECTORIES = {'src', 'python', 'sql', 'nginx', 'apache', 'systemd', 'www', 'man', 't', '.ci', 'var'}
GENERATED = {'var'}


# Reading -----------------------------------------------------------------------------------------

def source(path):
  return (SOURCE / path).read_text(encoding = 'utf-8')


def page(name):
  return source('man/' + name)


def literals(name):
  '''The literal blocks of a page, as a reader would copy them.'''
  blocks = re.findall(r'^\.Bd -literal[^\n]*\n(.*?)^\.Ed$', page(name), re.M | re.S)
  return [block.replace('\\e', '\\').replace('\\&', '') for block in blocks]


def run(*command, environment = {}):
  '''(status, output and errors) of a program without settings from outside.'''
  kept = {k: v for k, v in os.environ.items() if not k.startswith('CHRONOLOGER_')}
  done = subprocess.run(command, stdin = subprocess.DEVNULL, stdout = subprocess.PIPE, stderr = subprocess.STDOUT,
    env = {**kept, 'LC_ALL': 'C', **environment})
  return done.returncode, done.stdout.decode('utf-8', 'replace')


def help_options(*command):
  '''{'threads': (short name or None, placeholder or None, meaning)} as --help prints them.'''
  status, text = run(*command, '--help')
  if status:
    raise AssertionError('%s --help: exit %d: %s' % (command, status, text))
  lines = re.findall(r'^  (?:-(\w), )?--([a-z-]+)(?:=(\S+))?\s+(.*)$', text, re.M)
  return {name: (short or None, argument or None, meaning) for short, name, argument, meaning in lines}


def worker_help():
  return help_options(built(WORKER))


def tool_commands():
  return re.findall(r'\.name = "(\w+)"', ''.join(path.read_text() for path in (SOURCE / 'src/tool').glob('*.c')))


def tool_help():
  options = help_options(built(TOOL))
  for command in tool_commands():
    options.update(help_options(built(TOOL), command))
  return options


def forms(options):
  return {'--' + name for name in options} | {'-' + short for short, argument, meaning in options.values() if short}


def flags(text):
  return {'-' + flag for flag in re.findall(r'\bFl (-?[a-zA-Z][a-z-]*)', text)}


class Option:
  '''A row of the table in src/config.c.'''

  def __init__(self, name, kind, initial, low, high):
    self.name, self.kind = name, kind
    self.initial = None if initial.strip() == 'NULL' else ''.join(
      PATHS[token] if token in PATHS else token.strip('"') for token in re.findall(r'"[^"]*"|\w+', initial))
    self.low, self.high = low.strip(), high.strip()
    self.environment = 'CHRONOLOGER_' + name.upper().replace('-', '_')

  def limits(self):
    high = {'1 << 30': '1G', '1 << 20': '1M'}.get(self.high, self.high)
    return 'At least %s' % self.low if high == 'G_MAXINT64' else '%s to %s' % (self.low, high)


def options():
  table = re.search(r'options\[\] = \{\n(.*?)\n\};', source('src/config.c'), re.S).group(1)
  rows = re.findall(r'\{"([a-z-]+)",\s*CONFIG_\w+,\s*KIND_(\w+),\s*AT\(\w+\),\s*((?:"[^"]*"|\w+|\s)+),'
    r'\s*([^,]+),\s*([^,]+),', table)
  return [Option(*row) for row in rows]


def settings():
  '''{name: (placeholder, its text)} of chronologer.conf(5).'''
  parts = re.split(r'^\.It Ic ([a-z-]+) No = Ar (\w+)\n', page(CONF_PAGE), flags = re.M)
  return {name: (argument, text.partition('\n.El')[0]) for name, argument, text in zip(parts[1::3], parts[2::3], parts[3::3])}


def line(text, name):
  found = re.findall(r'^%s: (.*)$' % re.escape(name), text, re.M)
  return found[0] if len(found) == 1 else None


# Tests -------------------------------------------------------------------------------------------

class ManPages(TestCase):
  '''The pages themselves.'''

  def test_lint(self):
    '''mandoc has nothing to say against a page'''
    for name in PAGES:
      with self.subTest(name):
        status, text = run(program('mandoc', 'mandoc'), '-T', 'lint', '-W', 'warning', str(MAN / name))
        self.assertEqual((0, ''), (status, text))

  def test_installed(self):
    '''every page is installed, and no other one'''
    self.assertEqual(sorted(PAGES), sorted(path.name for path in MAN.iterdir() if path.suffix[1:].isdigit()))
    makefile = set(re.findall(r'\bman/([\w.-]+\.\d)(?=\s|$)', source('Makefile.am')))
    self.assertEqual(set(PAGES), makefile)

  def test_references(self):
    '''a page refers to pages of this project that exist'''
    for name in PAGES:
      for other, section in re.findall(r'\bXr (chronologer[\w.-]*) (\d)', page(name)):
        self.assertIn('%s.%s' % (other, section), PAGES, name)


class CommandLine(TestCase):
  '''--help and the pages.'''

  def check(self, options, name):
    documented = {flag for item in re.findall(r'^\.It (Fl .*)$', page(name), re.M) for flag in flags(item)}
    self.assertEqual(sorted(forms(options)), sorted(documented), 'options of --help and of ' + name)
    self.assertLessEqual(flags(page(name)), forms(options), name)

  def test_worker(self):
    '''chronologer-fcgi(8) has the options of the worker and no others'''
    self.check(worker_help(), WORKER_PAGE)

  def test_tool(self):
    '''chronologer(8) has the options of the tool and no others'''
    self.check(tool_help(), TOOL_PAGE)

  def test_placeholders(self):
    '''an option takes the argument that the pages say'''
    for name, options in (WORKER_PAGE, worker_help()), (TOOL_PAGE, tool_help()):
      for option, (short, argument, meaning) in options.items():
        item = re.search(r'^\.It .*Fl -%s(?: Ar (\w+))?$' % option, page(name), re.M)
        self.assertTrue(item, '%s: --%s' % (name, option))
        self.assertEqual(argument, item.group(1), '%s: --%s' % (name, option))

  def test_commands(self):
    '''chronologer(8) has every command of the tool'''
    commands = tool_commands()
    self.assertTrue(commands)
    self.assertEqual(sorted(commands), sorted(re.findall(r'^\.Cm (\w+)$', page(TOOL_PAGE).partition('.Sh DESCRIPTION')[0], re.M)))

  def test_row_formats(self):
    '''chronologer(8) has every row format, and its SQL'''
    table = re.search(r'row_formats\[\] = \{\n(.*?)\n\};', source('src/tool/migrate.c'), re.S).group(1)
    rows = re.findall(r'\{"(\w+)", "(.*?)"\}', table)
    self.assertEqual([name for name, sql in rows], re.findall(r'^\.It Cm (\w+)$', page(TOOL_PAGE), re.M))
    for name, sql in rows:
      self.assertTrue(not sql or sql.split()[-1] in page(TOOL_PAGE), sql)

  def test_exit_status(self):
    '''the exit statuses are those of the code'''
    used = {str(EXITS[name]) for name in re.findall(r'\bEX_\w+', source('src/base/error.c')) if name in EXITS}
    section = page(TOOL_PAGE).partition('.Sh EXIT STATUS')[2].partition('.Sh ')[0]
    documented = set(re.findall(r'^\.It (\d+)$', section, re.M))
    self.assertEqual(used - {'66'} | {'0'}, documented)  # 66: no command looks for something yet
    section = page(WORKER_PAGE).partition('.Sh EXIT STATUS')[2].partition('.Sh ')[0]
    self.assertEqual(['0', '78'], re.findall(r'^\.It (\d+)$', section, re.M))
    self.assertEqual(78, run(built(WORKER), '--nonsense')[0])
    self.assertEqual(78, run(built(TOOL), 'migrate', '--nonsense')[0])
    self.assertEqual(64, run(built(TOOL), 'nonsense')[0])


class Settings(TestCase):
  '''The table in src/config.c and chronologer.conf(5).'''

  def test_names(self):
    '''the settings of the table are those of --help and of chronologer.conf(5)'''
    names = [option.name for option in options()]
    own = {'config', 'help', 'version', 'before', 'check', 'dry-run', 'row-format'}
    self.assertEqual(sorted({**worker_help(), **tool_help()}.keys() - own), sorted(names))
    self.assertEqual(sorted(settings()), sorted(names))

  def test_forms(self):
    '''each setting has its argument, environment variable and options'''
    shown = {**tool_help(), **worker_help()}
    for option in options():
      argument, text = settings()[option.name]
      short, placeholder, meaning = shown[option.name]
      self.assertEqual(placeholder, argument, option.name)
      self.assertEqual(option.environment, line(text, 'Environment'), option.name)
      self.assertEqual('--' + option.name + (', -' + short if short else ''), line(text, 'Command line'), option.name)

  def test_defaults(self):
    '''each default is the one built in, as --help prints it'''
    shown = {**tool_help(), **worker_help()}
    for option in options():
      default = line(settings()[option.name][1], 'Default')
      self.assertIsNotNone(default, option.name)
      if option.initial:
        self.assertEqual(option.initial, default, option.name)
      printed = re.search(r'\(([^()]*)\)$', shown[option.name][2])
      if option.kind != 'TEXT':
        self.assertEqual(default, printed and printed.group(1), option.name)
      elif printed:
        # Directories are those of configure, and of /usr in the page.
        for word in re.findall(r'[A-Z]{2,}|(?<=/)[^/]+$', printed.group(1)):
          self.assertIn(word, default, option.name)

  def test_limits(self):
    '''the range of each number is in chronologer.conf(5)'''
    numbers = [option for option in options() if option.kind != 'TEXT']
    self.assertTrue(numbers)
    for option in numbers:
      self.assertIn(option.limits(), ' '.join(settings()[option.name][1].split()), option.name)

  def test_environment(self):
    '''a wrong number is told with the place where it stood, as chronologer.conf(5) shows'''
    for option in options():
      if option.kind == 'TEXT':
        continue
      status, text = run(built(WORKER), '-c', '/dev/null', environment = {option.environment: 'many'})
      self.assertEqual(78, status, text)
      status, text = run(built(TOOL), 'migrate', environment = {option.environment: 'many'})
      self.assertEqual((78, True), (status, option.environment + ': "many" is not' in text), text)

  def test_file(self):
    '''the path of the configuration file is that of --help'''
    printed = re.search(r'\((/\S+)\)', worker_help()['config'][2]).group(1)
    name = source('src/config.c').partition('#define DEFAULT_FILE SYSCONFDIR "')[2].partition('"')[0]
    self.assertTrue(printed.endswith(name), printed)
    for name_of_page in WORKER_PAGE, TOOL_PAGE, CONF_PAGE:
      self.assertTrue('.It Pa /etc' + name + '\n' in page(name_of_page), name_of_page)

  def test_example(self):
    '''the example of chronologer.conf(5) is read'''
    example = [block for block in literals(CONF_PAGE) if block.startswith('[chronologer]\n')]
    self.assertEqual(1, len(example))
    with tempfile.NamedTemporaryFile('w', suffix = '.conf') as file:
      file.write(example[0])
      file.flush()
      status, text = run(built(WORKER), '-c', file.name)
      self.assertIn('No socket', text)
      file.write('nonsense = 1\n')
      file.flush()
      status, text = run(built(WORKER), '-c', file.name)
      self.assertIn('unknown key "nonsense"', text)

  def test_dsn(self):
    '''chronologer.conf(5) has every scheme and option of a DSN'''
    for name in 'mysql.c', 'sqlite.c':
      driver = source('src/store/' + name).partition('StoreDriver store_')[2]
      schemes = re.findall(r'"(\w+)"', re.search(r'\.schemes = \{(.*?)\}', driver).group(1))
      self.assertTrue(schemes, name)
      for scheme in schemes:
        self.assertTrue('Cm %s://' % scheme in page(CONF_PAGE), scheme)
      found = re.search(r'\.options = \{(.*?)\}', driver)
      for option in re.findall(r'"(\w+)"', found.group(1)) if found else []:
        self.assertTrue(re.search(r'(?m)^\.It Cm %s=' % option, page(CONF_PAGE)), option)

  def test_roles(self):
    '''chronologer.conf(5) has every role'''
    names = re.findall(r'\{"([a-z-]+)", ROLE_\w+\}', source('src/api/roles.c'))
    section = page(CONF_PAGE).partition('.Sh ROLES')[2].partition('.Sh ')[0]
    self.assertEqual(sorted(names), sorted(re.findall(r'^\.It Cm (\S+)$', section, re.M)))


class Api(TestCase):
  '''The code and chronologer-api(7).'''

  def test_routes(self):
    '''chronologer-api(7) has every path with its methods and roles, and no others'''
    rows = re.findall(r'\{"(/[^"]*)", "([A-Z]+)", ROLE_(\w+),', source('src/api/route.c'))
    self.assertTrue(rows)
    routes = [(method, path + '{id}' if path.endswith('/') else path, role.lower().replace('_', '-'))
      for path, method, role in rows]
    self.assertEqual(sorted(routes), sorted(re.findall(r'^\.It ([A-Z]+) Ta (/\S+) Ta (\S+) Ta ', page(API_PAGE), re.M)))

  def test_errors(self):
    '''chronologer-api(7) has every type of error with its statuses, and no others'''
    kinds = set(re.findall(r'\[ERROR_\w+\] = \{(\d+), "(\w+)",', source('src/base/error.c')))
    self.assertTrue(kinds)
    documented = re.findall(r'^\.It (\w+) (\d{3})$', page(API_PAGE), re.M)
    self.assertEqual(sorted((kind, status) for status, kind in kinds), sorted(documented))

  def test_parameters(self):
    '''chronologer-api(7) has every filter and every other parameter'''
    names = set(re.findall(r'\{"(\w+)", set_\w+\}', source('src/query/filter.c')))
    self.assertTrue(names)
    for path in (SOURCE / 'src/api').glob('*.c'):
      for own in re.findall(r'ApiParameter own\[\] = \{(.*?)\};', path.read_text(), re.S):
        names |= set(re.findall(r'\{"(\w+)", NULL\}', own))
    self.assertIn('raw', names)
    for name in names:
      self.assertTrue(re.search(r'(?m)^\.(?:It )?Li (?:.* , )?\??%s\b' % name, page(API_PAGE)), name)

  def test_types(self):
    '''chronologer-api(7) has every type of body'''
    types = re.findall(r'\{"(application/[\w-]+)", post_\w+\}', source('src/api/record-post.c'))
    self.assertTrue(types)
    self.assertEqual(types, re.findall(r'^\.It Li (application/\S+)$', page(API_PAGE), re.M))

  def test_groups(self):
    '''chronologer-api(7) has every group of a timeline'''
    groups = re.findall(r'\[GROUP_\w+\] = \{"(\w+)"', source('src/store/timeline.c'))
    self.assertTrue(groups)
    section = page(API_PAGE).partition('.Ss GET /timeline')[2].partition('.Ss ')[0]
    for group in groups:
      self.assertRegex(section, r'(?m)^\.Cm (?:.* , )?%s\b' % group)

  def test_headers(self):
    '''chronologer-fcgi(8) has every parameter that the worker reads, and the web servers pass it'''
    code = ''.join(path.read_text() for path in (SOURCE / 'src').rglob('*.c'))
    read = set(re.findall(r'"((?:HTTP|CONTENT|REQUEST)_[A-Z_]+|CHRONOLOGER_USER)"', code))
    self.assertIn('HTTP_CONTENT_ENCODING', read)
    section = page(WORKER_PAGE).partition('.Ss Parameters')[2].partition('.Sh ')[0]
    for name in read:
      self.assertRegex(section, r'(?m)^\.It Ev .*\b%s\b' % name)
      for path in 'nginx/chronologer-server.conf', 'man/' + WORKER_PAGE:
        self.assertTrue(re.search(r'(?m)^\s*fastcgi_param %s\s' % name, source(path)), '%s lacks %s' % (path, name))
    for name in 'chronologer-proxy.conf', 'chronologer-fcgid.conf', 'chronologer.cgi':
      self.assertTrue('CHRONOLOGER_USER' in source('apache/' + name), name)


class Examples(OnSQLite, TestCase):
  '''What the examples of chronologer-api(7) do, behind nginx.'''

  def setUp(self):
    self.client = Client(self.nginx.port)
    self.addCleanup(self.client.close)

  def run_example(self, command, text):
    '''With the address of this server.'''
    text = textwrap.dedent(text).replace('localhost:8080', '127.0.0.1:%d' % self.nginx.port)
    status, output = run(*command, text)
    self.assertEqual(0, status, output)
    return output

  def test_python(self):
    '''each Python example stores its record with what was passed as extra'''
    examples = [block for block in literals(API_PAGE) if re.search(r'^import ', block, re.M)]
    self.assertEqual(3, len(examples))
    own = [block for block in literals(HANDLER_PAGE) if re.search(r'^import ', block, re.M)]
    self.assertTrue(own)
    for example in examples + own:
      before = self.client.count()
      self.assertEqual('', self.run_example([sys.executable, '-c'],
        'import sys; sys.path.insert(0, %r)\n%s' % (str(SOURCE / 'python'), example)))
      if 'logging.info' not in example:
        continue
      self.assertEqual(before + 1, self.client.count(), example)
      record, = self.client.get(API + '/record?left=0&right=0&logrec=1').json()
      self.assertEqual('Hello, Chronologer', record['message'])
      self.assertEqual(387, record['logrec']['data']['foo'])

  def test_handler(self):
    '''chronologer-handler(7) has every argument of ChronologerHandler with its default, and no others'''
    made, = [node for node in ast.walk(ast.parse(source('python/chronologer_handler.py')))
      if isinstance(node, ast.FunctionDef) and node.name == '__init__' and len(node.args.args) > 10]
    names = [argument.arg for argument in made.args.args[2:]]
    namespace = {'logging': logging}
    defaults = [eval(ast.unparse(default), namespace) for default in made.args.defaults]
    section = page(HANDLER_PAGE).partition('.Sh ARGUMENTS')[2].partition('.Sh ')[0]
    documented = dict(re.findall(r'^\.It Fa (\w+) No = Li (.*)$', section, re.M))
    self.assertEqual({name: repr(default) for name, default in zip(names, defaults)}, documented)

  def test_traceback(self):
    '''the class with tracebacks sends them'''
    example, = [block for block in literals(API_PAGE) if 'TracebackHTTPHandler' in block]
    self.run_example([sys.executable, '-c'], textwrap.dedent(example) + textwrap.dedent('''
      import logging
      logging.getLogger().addHandler(TracebackHTTPHandler(
        'localhost:8080', '/api/v1/record', 'POST', credentials=('logger', '')))
      try:
        1 / 0
      except ZeroDivisionError:
        logging.exception('traceback')
    '''))
    record, = self.client.get(API + '/record?left=0&right=0&logrec=1').json()
    self.assertIn('ZeroDivisionError: division by zero', record['logrec']['error']['exc_text'])

  def test_curl(self):
    '''the examples for curl get answers'''
    example, = [block for block in literals(API_PAGE) if block.startswith('U=')]
    program('curl', 'curl')
    with tempfile.TemporaryDirectory() as directory:
      with open(os.path.join(directory, 'log.ndjson'), 'w') as file:
        file.write('{"name": "app.x", "msg": "x", "levelno": 40, "created": %d}\n' % time.time() * 3)
      before = self.client.count()
      output = self.run_example(['sh', '-ec'],
        'cd "%s"\ncurl() { command curl -sSf "$@"; }\n' % directory + example.replace('177260', '1'))
    self.assertEqual(before + 5, self.client.count())
    self.assertIn('X-Record-Count: 3', output)
    self.assertIn('{"name": "app.x", "count": 3}', output)


class Files(TestCase):
  '''README, NEWS and what they name.'''

  def names(self, text):
    '''Relative paths in prose: those that begin with a directory of the tree.'''
    found = re.findall(r'(?<![\w/.:*@<-])(?:\./)?((?:[\w.-]+/)+[\w.*@-]*)', text)
    return {name.rstrip('.') for name in found if name.split('/')[0] in DIRECTORIES - GENERATED}

  def test_names(self):
    '''README, NEWS and the pages name files that exist'''
    for path in [SOURCE / 'README', SOURCE / 'NEWS'] + [MAN / name for name in PAGES]:
      for name in self.names(path.read_text(encoding = 'utf-8')):
        self.assertTrue(list(SOURCE.glob(name)), '%s names %s' % (path.name, name))
    self.assertIn('nginx/chronologer.conf', self.names(source('README')))

  def test_rooms(self):
    '''src/README names files and folders that exist, and every folder'''
    text = source('src/README')
    paths = [str(path.relative_to(SOURCE / 'src')) for path in (SOURCE / 'src').rglob('*')]
    for name in set(re.findall(r'(?<![\w./*-])(?:[\w-]+/)*[\w*-]+\.[chyl]\b', text)):
      pattern = re.compile('(.*/)?' + re.escape(name).replace(r'\*', '[^/]*') + '$')
      self.assertTrue(any(map(pattern.match, paths)) or name.startswith(('t/', 'www/')), 'src/README names ' + name)
    named = set(re.findall(r'^ +([a-z]+)/ ', text, re.M))
    self.assertEqual({path.name for path in (SOURCE / 'src').rglob('*') if path.is_dir() and not path.name.startswith('.')}, named)

  def test_pages(self):
    '''README names every man page'''
    named = set(re.findall(r'\b(chronologer[\w.-]*)\((\d)\)', source('README')))
    self.assertEqual(set(PAGES), {'%s.%s' % name for name in named})

  def test_version(self):
    '''NEWS begins with the version of configure.ac, which the programs print'''
    version = re.search(r'AC_INIT\(\[chronologer\], \[([^\]]+)\]', source('configure.ac')).group(1)
    self.assertEqual(version, re.search(r'^(\d+\.\d+\S*)', source('NEWS'), re.M).group(1))
    for path in WORKER, TOOL:
      self.assertEqual((0, 'chronologer %s\n' % version), run(built(path), '--version'))

  def test_license(self):
    '''COPYING is version 3 of the GPL'''
    self.assertRegex(source('COPYING'), r'\A\s+GNU GENERAL PUBLIC LICENSE\n\s+Version 3, 29 June 2007\n')


if __name__ == '__main__':
  main()
