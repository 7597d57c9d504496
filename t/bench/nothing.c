/* The yardstick of a CGI request: a program that does nothing but answer. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	char buffer[65536];
	/* Apache takes back the answer of a program that leaves some of its body. */
	if (getenv("CONTENT_LENGTH") != NULL)
		while (read(STDIN_FILENO, buffer, sizeof buffer) > 0)
			;
	return fputs("Status: 201\r\nContent-Type: application/json\r\n\r\n177260", stdout) < 0;
}
