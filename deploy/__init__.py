"""How the services are put to work: on one machine with nothing but Python, in containers, under a broker and a database."""
