# What makes memory errors harder to use, each where compiler and linker take it: executables at a random address, no
# relocation table that can be written to, guards of the stack, checked copies, marked targets of jumps.
#
# CHRONOLOGER_HARDENING sets HARDEN_CPPFLAGS, HARDEN_CFLAGS and HARDEN_LDFLAGS. SANITIZE is set before.

# CHRONOLOGER_TRY_FLAG(VARIABLE, FLAG): appends the flag, if a program is built with it without a warning.
AC_DEFUN([CHRONOLOGER_TRY_FLAG], [
AS_VAR_PUSHDEF([chronologer_cached], [chronologer_cv_takes_$2])
AC_CACHE_CHECK([whether $CC takes $2], [chronologer_cached],
	[saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS $SANITIZE $HARDEN_CFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]],
		[[char text[64]; memset(text, 1, sizeof text); return text[63];]])],
		[AS_VAR_SET([chronologer_cached], [yes])], [AS_VAR_SET([chronologer_cached], [no])])
	CFLAGS=$saved_CFLAGS])
AS_VAR_IF([chronologer_cached], [yes], [$1="$$1 $2"])
AS_VAR_POPDEF([chronologer_cached])])

# Without optimisation it has no effect but a warning, sanitizers check more, and a compiler or the user may have
# chosen a level.
AC_DEFUN([CHRONOLOGER_TRY_FORTIFY], [
AC_CACHE_CHECK([whether $CC needs -D_FORTIFY_SOURCE=2], [chronologer_cv_fortify],
	[AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#if defined _FORTIFY_SOURCE || !defined __OPTIMIZE__
#error
#endif
]])], [chronologer_cv_fortify=yes], [chronologer_cv_fortify=no])])
AS_IF([test "x$chronologer_cv_fortify" = xyes && test -z "$SANITIZE"],
	[HARDEN_CPPFLAGS="-D_FORTIFY_SOURCE=2"])])

AC_DEFUN([CHRONOLOGER_HARDENING], [
AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening],
	[leave out what makes memory errors harder to use (PIE, RELRO, stack protection, ...)])])
AS_IF([test "x$enable_hardening" != xno], [
	CHRONOLOGER_TRY_FLAG([HARDEN_CFLAGS], [-fPIE])
	CHRONOLOGER_TRY_FLAG([HARDEN_LDFLAGS], [-pie])
	CHRONOLOGER_TRY_FLAG([HARDEN_LDFLAGS], [-Wl,-z,relro])
	CHRONOLOGER_TRY_FLAG([HARDEN_LDFLAGS], [-Wl,-z,now])
	CHRONOLOGER_TRY_FLAG([HARDEN_LDFLAGS], [-Wl,-z,noexecstack])
	CHRONOLOGER_TRY_FLAG([HARDEN_CFLAGS], [-fstack-protector-strong])
	CHRONOLOGER_TRY_FLAG([HARDEN_CFLAGS], [-fstack-clash-protection])
	CHRONOLOGER_TRY_FLAG([HARDEN_CFLAGS], [-fcf-protection])
	CHRONOLOGER_TRY_FLAG([HARDEN_CFLAGS], [-mbranch-protection=standard])
	CHRONOLOGER_TRY_FORTIFY])
AC_SUBST([HARDEN_CPPFLAGS])
AC_SUBST([HARDEN_CFLAGS])
AC_SUBST([HARDEN_LDFLAGS])])
