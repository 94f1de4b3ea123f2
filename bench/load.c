/* SPDX-License-Identifier: MIT */
/*
 * An SMTP client that keeps a number of sessions busy and measures how long each message waits for its answer.
 *
 *   load --port P --to ADDRESS [--from ADDRESS] [--sessions N] [--messages N] [--size BYTES] [--message FILE]
 *        [--accepted FILE]
 *
 * Every message has a subject and a Message-ID of its own; one from a file has the Message-ID put before it, where a
 * signature does not mind. A `%` in the sender's address becomes the number of the message. Each session sends one
 * message after another on one connection, the commands of one together where the server offers PIPELINING (RFC 2920),
 * as other servers do. On standard output one JSON object: messages accepted and refused, sessions that broke, seconds
 * in all, and the median, 99th percentile and worst of the microseconds from the end of the data to its answer.
 *
 * --accepted appends the Message-ID of each message to FILE the moment that its `250` was read, one write a line, so
 * that after a crash of the server FILE tells what it had promised.
 */
#include "waits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_LENGTH   76
#define REPLY_MAX     4096
#define REPLY_SECONDS 120

typedef struct
{
  int port;
  char *to;
  char *from;
  char *message; /* header and body with CRLF; NULL: made up */
  int sessions;
  int messages;
  int size;
  int accepted_fd;
  gint next;   /* number of the next message; atomic */
  gint failed; /* messages not accepted; atomic */
  gint broken; /* sessions that ended early; atomic */
  guint32 run;
  char *body;
} Load;

typedef struct
{
  Load *load;
  Waits *waits;
  int fd;
  gboolean pipelining;
  char reply[REPLY_MAX];
  gsize n_reply;
} Session;

static gboolean
send_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* The code of the next reply, its last line consumed; 0 when the connection is over. */
static int
read_reply (Session *self)
{
  for (;;)
    {
      char *end = memchr (self->reply, '\n', self->n_reply);
      gssize n;

      if (end != NULL)
        {
          gsize length = (gsize) (end - self->reply) + 1;
          gboolean last = length > 4 && self->reply[3] == ' ';
          int code = atoi (self->reply);

          self->pipelining |= length > 4 && g_str_has_prefix (self->reply + 4, "PIPELINING");
          self->n_reply -= length;
          memmove (self->reply, end + 1, self->n_reply);
          if (last)
            return code;
          continue;
        }
      if (self->n_reply == sizeof self->reply)
        return 0;
      n = recv (self->fd, self->reply + self->n_reply, sizeof self->reply - self->n_reply, 0);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return 0;
      self->n_reply += (gsize) n;
    }
}

static int
command (Session *self, const char *line)
{
  return send_all (self->fd, line, strlen (line)) ? read_reply (self) : 0;
}

static gboolean
greet (Session *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) self->load->port) };
  struct timeval patience = { .tv_sec = REPLY_SECONDS };
  int one = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || connect (self->fd, (struct sockaddr *) &address, sizeof address) < 0)
    return FALSE;
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return read_reply (self) == 220 && command (self, "EHLO load.test\r\n") == 250;
}

static void
note_accepted (Load *load, const char *id)
{
  g_autofree char *line = g_strconcat (id, "\n", NULL);

  if (load->accepted_fd >= 0 && write (load->accepted_fd, line, strlen (line)) < 0)
    g_error ("cannot note an accepted message: %s", g_strerror (errno));
}

/* Sends the commands before the data. Returns the reply to DATA or the first refusal, 0 when the connection is over. */
static int
open_message (Session *self, const char *from)
{
  g_autofree char *mail = g_strdup_printf ("MAIL FROM:<%s>\r\n", from);
  g_autofree char *rcpt = g_strdup_printf ("RCPT TO:<%s>\r\n", self->load->to);
  const char *const commands[] = { mail, rcpt, "DATA\r\n" };
  g_autofree char *all = g_strconcat (commands[0], commands[1], commands[2], NULL);
  int result = 0, code = 0;

  if (self->pipelining && !send_all (self->fd, all, strlen (all)))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      code = self->pipelining ? read_reply (self) : command (self, commands[i]);
      if (result == 0 && code / 100 != 2)
        result = code;
      if (code == 0 || (result != 0 && !self->pipelining))
        return code;
    }
  /* The server may take data after a refusal; nobody here has any. */
  return code == 354 && result != 354 ? 0 : result;
}

static char *
make_sender (Load *load, int number)
{
  g_auto (GStrv) pieces = g_strsplit (load->from, "%", -1);
  g_autofree char *text = g_strdup_printf ("%d", number);

  return g_strjoinv (text, pieces);
}

static GString *
make_message (Load *load, int number, const char *id, const char *from)
{
  GString *text = g_string_sized_new ((gsize) load->size + 512);

  g_string_append_printf (text, "Message-ID: <%s>\r\n", id);
  if (load->message != NULL)
    {
      g_string_append_printf (text, "%s.\r\n", load->message);
      return text;
    }
  g_string_append_printf (text, "From: Load <%s>\r\nTo: <%s>\r\nSubject: Message %d of run %08x\r\n", from, load->to,
                          number, load->run);
  g_string_append_printf (text, "Date: Tue, 01 Oct 2024 12:00:00 +0000\r\n\r\n%d\r\n", number);
  if (text->len < (gsize) load->size)
    g_string_append_len (text, load->body, load->size - (gssize) text->len);
  g_string_append (text, "\r\n.\r\n");
  return text;
}

/* Returns the reply code to the message, 0 when the connection is over. */
static int
send_message (Session *self, int number)
{
  Load *load = self->load;
  g_autofree char *id = g_strdup_printf ("%08x.%d@load.test", load->run, number);
  g_autofree char *from = make_sender (load, number);
  g_autoptr (GString) text = make_message (load, number, id, from);
  gint64 start, wait;
  int code;

  code = open_message (self, from);
  if (code != 354)
    return code;
  if (!send_all (self->fd, text->str, text->len))
    return 0;
  start = g_get_monotonic_time ();
  code = read_reply (self);
  wait = g_get_monotonic_time () - start;
  if (code == 250)
    {
      note_accepted (load, id);
      waits_add (self->waits, wait);
    }
  return code;
}

static gpointer
run_session (gpointer data)
{
  Session *self = data;
  Load *load = self->load;
  gboolean fine = greet (self);

  while (fine)
    {
      int number = g_atomic_int_add (&load->next, 1);
      int code;

      if (number >= load->messages)
        break;
      code = send_message (self, number);
      fine = code != 0 && code != 421;
      if (code != 250)
        {
          g_atomic_int_inc (&load->failed);
          fine = fine && command (self, "RSET\r\n") == 250;
        }
    }
  if (fine)
    command (self, "QUIT\r\n");
  else
    g_atomic_int_inc (&load->broken);
  if (self->fd >= 0)
    close (self->fd);
  return NULL;
}

/* Lines of printable characters, none beginning with a dot. */
static char *
make_body (int size)
{
  char *body = g_malloc ((gsize) size + 1);

  for (int i = 0; i < size; i++)
    {
      int column = i % (LINE_LENGTH + 2);

      body[i] = (char) (column == LINE_LENGTH ? '\r' : column > LINE_LENGTH ? '\n' : g_random_int_range ('a', 'z' + 1));
    }
  body[size] = '\0';
  return body;
}

static void
run (Load *load)
{
  g_autofree Session *sessions = g_new0 (Session, load->sessions);
  g_autofree GThread **threads = g_new0 (GThread *, load->sessions);
  g_autoptr (GArray) waits = waits_new ();
  gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < load->sessions; i++)
    {
      sessions[i] = (Session){ .load = load, .waits = waits_new (), .fd = -1 };
      threads[i] = g_thread_new ("session", run_session, &sessions[i]);
    }
  for (int i = 0; i < load->sessions; i++)
    {
      g_thread_join (threads[i]);
      waits_merge (waits, sessions[i].waits);
    }
  start = g_get_monotonic_time () - start;
  waits_sort (waits);
  printf ("{\"accepted\": %u, \"refused\": %d, \"broken\": %d, \"seconds\": %.6f, \"p50_us\": %" G_GINT64_FORMAT
          ", \"p99_us\": %" G_GINT64_FORMAT ", \"max_us\": %" G_GINT64_FORMAT "}\n",
          waits->len, load->failed, load->broken, (double) start / G_USEC_PER_SEC, waits_percentile (waits, 50),
          waits_percentile (waits, 99), waits_percentile (waits, 100));
}

int
main (int argc, char **argv)
{
  Load load = { .sessions = 1, .messages = 100, .size = 4096, .accepted_fd = -1 };
  g_autofree char *accepted = NULL;
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry options[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &load.port, "where the server listens on loopback", "PORT" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &load.to, "recipient", "ADDRESS" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &load.from, "sender", "ADDRESS" },
    { "message", 0, 0, G_OPTION_ARG_FILENAME, &message, "what to send, with CRLF", "FILE" },
    { "sessions", 0, 0, G_OPTION_ARG_INT, &load.sessions, "connections kept busy", "N" },
    { "messages", 0, 0, G_OPTION_ARG_INT, &load.messages, "messages in all", "N" },
    { "size", 0, 0, G_OPTION_ARG_INT, &load.size, "bytes of a message", "BYTES" },
    { "accepted", 0, 0, G_OPTION_ARG_FILENAME, &accepted, "append the id of each accepted message", "FILE" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || load.port == 0 || load.to == NULL)
    {
      fprintf (stderr, "load: %s\n", error != NULL ? error->message : "--port and --to are needed");
      return 2;
    }
  if (accepted != NULL)
    {
      load.accepted_fd = open (accepted, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
      if (load.accepted_fd < 0)
        {
          fprintf (stderr, "load: cannot write %s: %s\n", accepted, g_strerror (errno));
          return 1;
        }
    }
  if (message != NULL && !g_file_get_contents (message, &load.message, NULL, &error))
    {
      fprintf (stderr, "load: %s\n", error->message);
      return 1;
    }
  if (load.from == NULL)
    load.from = g_strdup ("load@load.test");
  load.run = g_random_int ();
  load.body = make_body (MAX (load.size, 0));
  run (&load);
  g_free (load.message);
  g_free (load.body);
  g_free (load.from);
  g_free (load.to);
  return 0;
}
