/* The yardstick of a CGI request: a program that does nothing but answer. */
#include <stdio.h>

int main(void)
{
	return fputs("Status: 201\r\nContent-Type: application/json\r\n\r\n177260", stdout) < 0;
}
